"""Spark: fitted pipelines."""
