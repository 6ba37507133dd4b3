"""Other events. The interaction at other events than first divergences: at random ones, and along either's own text."""
