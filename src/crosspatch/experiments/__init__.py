"""Loaded models and records in, records out."""
