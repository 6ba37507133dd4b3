"""Ways of measuring the four cells (and of rolling out) that the engine is compared with."""
