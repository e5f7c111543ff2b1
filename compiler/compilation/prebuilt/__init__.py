"""Artifacts made elsewhere, checked and kept byte for byte."""
