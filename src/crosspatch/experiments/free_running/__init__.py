"""Free running under grafts. What a checkpoint writes by itself with the other one's MLPs in a window of its blocks."""
