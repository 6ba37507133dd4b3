"""What could still be wrong. What all controls say together."""
