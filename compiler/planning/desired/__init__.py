"""The request bodies that a manifest asks for."""
