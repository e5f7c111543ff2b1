"""Models that only the user's own code can load."""
