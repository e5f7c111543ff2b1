"""The embedded model catalog."""
