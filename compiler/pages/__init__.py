"""The look of every HTML page that Manifact writes."""
