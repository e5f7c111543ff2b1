"""Manifact: `model.yaml` in, deployable model artifact out."""

from compiler.version import __version__

__all__ = ["__version__"]
