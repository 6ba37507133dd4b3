"""One module per file kind: validated on write and on read, written atomically."""
