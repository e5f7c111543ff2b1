"""Weights of a network (a state_dict) beside the module with its class."""

import numpy
import torch
from net import Net

torch.manual_seed(0)
torch.save(Net().state_dict(), "model.pt")
numpy.save("data.npy", numpy.random.default_rng(0).random((4, 3), dtype="float32"))
