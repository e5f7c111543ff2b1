"""One difference between desired and live as a change: its steps, its reason, and what callers feel."""
