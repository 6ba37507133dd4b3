"""How instruction tuning changes the way late transformer layers read upstream state."""
