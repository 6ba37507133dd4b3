"""The factorial. Does the late stack need the tuned upstream state? Four cells, their effects and how sure they are."""
