"""Tables that are too large for memory: read in batches, written in parts, joined into one file."""
