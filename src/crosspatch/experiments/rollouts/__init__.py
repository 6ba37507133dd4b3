"""Rollouts. Each checkpoint's own greedy continuation of every prompt."""
