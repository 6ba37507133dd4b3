"""Speed and memory of the engine, as ratios to other ways of getting the same numbers, measured side by side."""
