"""PyTorch: weights, TorchScript, exported programs."""
