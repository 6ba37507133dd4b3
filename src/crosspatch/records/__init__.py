"""Plain data classes and the words that columns use."""
