"""One difference of live from desired as a change: its steps, its reason, its effect on callers."""
