"""Free running under grafts. What a checkpoint writes by itself while the other one's MLPs stand in a window of its blocks."""
