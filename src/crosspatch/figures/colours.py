"""A colour for every meaning, the same in figures and on pages; no matplotlib."""

from types import MappingProxyType

INK = "#1A1A1A"
MUTED = "#5A5A5A"

# Lightness L* rises from 13 to 73 in steps of 7 and more, so that the six stay apart in greyscale.
COLOURS = MappingProxyType(
    {
        "interaction": "#3A0F3F",
        "base": "#23508F",
        "matched": "#B8421B",
        "neutral": "#868686",
        "tuned": "#D4961B",
        "portable": "#84BAE8",
    }
)
ON_DARK = MappingProxyType(
    {
        "interaction": "#D3A6DA",
        "base": "#7FAEEB",
        "matched": "#F0805A",
        "neutral": "#8F8F8F",
        "tuned": "#E8B04A",
        "portable": "#A9D0F2",
    }
)
"""The same meanings on a dark page: the hues, light enough to be read there."""
