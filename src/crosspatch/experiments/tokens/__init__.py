"""Tokens, near-ties and scales. Which events, and which scale, the interaction hangs on."""
