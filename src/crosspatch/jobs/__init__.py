"""What scripts share: their binding to rules, and cells and batches that several ideas measure."""
