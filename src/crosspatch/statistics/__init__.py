"""From arrays of margins to estimates with intervals; never imports torch."""
