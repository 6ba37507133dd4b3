"""Lenses. How well an affine map of each block's state foretells what its checkpoint predicts in the end."""
