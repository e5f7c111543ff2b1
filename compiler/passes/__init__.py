"""Manifest to resolved model, one fact a pass; `pipeline.py` has the order.

A pass is a file, and so is what one of them looks at: more than 18 files.
"""
