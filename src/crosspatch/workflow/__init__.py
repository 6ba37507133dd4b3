"""What the Snakefile needs: config checks, code digests, targets."""
