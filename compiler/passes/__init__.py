"""Manifest to resolved model, one fact a pass; `pipeline.py` has the order."""
