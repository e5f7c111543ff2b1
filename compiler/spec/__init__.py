"""The manifest and the project as written: what was set, and what was not."""
