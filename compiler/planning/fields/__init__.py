"""The manifest's fields of `spec.catalog` and `spec.deployment`, a row each."""
