"""Windows of MLPs. Whose token is picked, and what is written, with the other's MLPs in a window of blocks."""
