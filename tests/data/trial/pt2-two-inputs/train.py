"""An exported program with two inputs; the sample is JSON by the inputs' names."""

import json

import torch


class Pair(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = torch.nn.Linear(2, 1), torch.nn.Linear(3, 1)

    def forward(self, user, item):
        return self.left(user) + self.right(item)


torch.manual_seed(0)
batch = torch.export.Dim("batch", min=1)
example = (torch.rand(2, 2), torch.rand(2, 3))
shapes = {"user": {0: batch}, "item": {0: batch}}
torch.export.save(torch.export.export(Pair().eval(), example, dynamic_shapes=shapes), "model.pt2")
rows = {"user": [[1.0, 2.0], [3.0, 4.0]], "item": [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]}
with open("data.json", "w") as file:
    json.dump(rows, file)
