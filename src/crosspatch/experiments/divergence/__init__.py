"""First divergences. Where base and tuned first pick different tokens."""
