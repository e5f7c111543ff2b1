"""Scores a table with an artifact: in worker processes of this machine, or on an existing Spark."""
