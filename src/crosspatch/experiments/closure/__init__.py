"""Closure. How much of the missing margin a few directions of the difference of two boundary states bring."""
