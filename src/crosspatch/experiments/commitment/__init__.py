"""Commitment. Whether the token was chosen before the late blocks."""
