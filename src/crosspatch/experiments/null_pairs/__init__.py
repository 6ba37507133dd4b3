"""Null pairs. What the instrument says where there was no instruction tuning: other seeds, more of the same data."""
