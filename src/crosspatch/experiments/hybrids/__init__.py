"""Hybrid states. Other states in the place of the tuned upstream state: mixtures, displacements, other norms."""
