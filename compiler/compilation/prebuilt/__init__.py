"""Artifacts made elsewhere: checked, then kept byte for byte."""
