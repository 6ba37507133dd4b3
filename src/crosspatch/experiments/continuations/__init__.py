"""Continuations. Does the interaction end with the first token, or go on in what is written after it?"""
