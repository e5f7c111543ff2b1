"""The manifest's fields below `spec.catalog` or `spec.deployment`, a row each."""
