"""From finished tables to figures and formatted tables; never imports torch."""
