"""Archive and provenance. What every figure and table was made from, and a finished study's tables in one file."""
