"""The executor of a change, one module for each kind of step."""
