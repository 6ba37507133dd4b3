"""Forced tokens. Does the answer depend on which of the two tokens comes first?"""
