"""Scores a table with the model of a target, or of this machine."""
