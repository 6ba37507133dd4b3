"""Descendants of one base. Is it instruction tuning, or would any further training of the same base give it?"""
