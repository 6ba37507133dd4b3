"""A mixture of events. The paper's three kinds of events of one prompt, averaged: no first-divergence measurement."""
