"""The table of manifest fields that reach a request body, a row each."""
