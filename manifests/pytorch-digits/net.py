"""The network whose weights model.pt holds."""

from torch import nn


class Net(nn.Module):
    """8x8 grey images to scores of ten digits."""

    def __init__(self, hidden):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))

    def forward(self, images):
        return self.layers(images)
