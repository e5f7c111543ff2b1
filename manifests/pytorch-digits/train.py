"""Make the example: a small PyTorch network's state_dict on the digits that scikit-learn ships, and its samples.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from net import Net  # noqa: E402

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images / 16, dtype=torch.float32)
labels = torch.tensor(digits.target)

net = Net(hidden=24)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(150):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(net(images), labels).backward()
    optimizer.step()
net.eval()
torch.save(net.state_dict(), HERE / "model.pt")

with torch.no_grad():
    sample = images[::60]
    np.save(HERE / "samples" / "input.npy", sample.numpy())
    np.save(HERE / "samples" / "output.npy", net(sample).numpy())
