"""Static readers, one file a format: they parse what others wrote, never executing any of it."""
