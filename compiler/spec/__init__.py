"""The manifest, or the project, as written: which fields are set, which are not."""
