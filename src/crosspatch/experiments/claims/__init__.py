"""Published numbers. The papers' numbers beside ours, and their per-event records estimated again."""
