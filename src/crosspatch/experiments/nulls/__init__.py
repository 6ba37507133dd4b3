"""Nulls. What the interaction would be if labels or tokens meant nothing."""
