"""Judging what a pickle describes: every object is a recorded production."""
