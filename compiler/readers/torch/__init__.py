"""Files that PyTorch writes."""
