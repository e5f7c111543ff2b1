"""Static readers, one file a format: they parse what others wrote and never execute any of it."""
