"""Weights as training leaves them: in a checkpoint, under the prefixes of wrappers, averaged, or from Python 2."""

from __future__ import annotations

import collections
import json
import struct
import textwrap
import zipfile
from pathlib import Path

import numpy as np
import pytest

from compiler.frameworks import inspect_model

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")

NET = textwrap.dedent("""
    import torch


    class Net(torch.nn.Module):
        def __init__(self, hidden=8):
            super().__init__()
            self.a, self.b = torch.nn.Linear(4, hidden), torch.nn.Linear(hidden, 2)

        def forward(self, x):
            return self.b(torch.relu(self.a(x)))
""")


@pytest.fixture
def net():
    scope: dict[str, object] = {}
    exec(NET, scope)
    torch.manual_seed(0)
    return scope["Net"]().eval()


@pytest.fixture
def served(tmp_path, monkeypatch, manifact, net):
    """Compile and verify a file of the network's weights; what the commands said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    rows = torch.from_numpy(np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32))
    (tmp_path / "in.json").write_text(json.dumps(rows.tolist()))
    with torch.no_grad():
        (tmp_path / "out.json").write_text(json.dumps(net(rows).tolist()))

    def run(name="model.pt", **model):
        source = {"path": name, "architecture": {"file": "net.py", "class": "Net"}, **model}
        spec = {"model": source, "samples": {"input": "in.json", "output": "out.json"}}
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
        (tmp_path / "model.yaml").write_text(json.dumps(document))
        built = manifact("compile", "model.yaml")
        return manifact("verify", "model.yaml") if built.code == 0 else built

    return run


def renamed(state, rename):
    return collections.OrderedDict((rename(name), weight) for name, weight in state.items())


CHAINS = {
    "torch.compile": "_orig_mod.{}".format,
    "DataParallel": "module.{}".format,
    "both": "module._orig_mod.{}".format,
    "the other way": "_orig_mod.module.{}".format,
    "Lightning": "model.{}".format,
    "Lightning, compiled": "net._orig_mod.{}".format,
    "FSDP inside Fabric": "_forward_module._fsdp_wrapped_module.{}".format,
    "a compiled layer": lambda name: name.replace("a.", "a._orig_mod.", 1),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_prefixes_of_wrappers(served, net, chain):
    torch.save(renamed(net.state_dict(), CHAINS[chain]), "model.pt")
    result = served()
    assert result.code == 0, result.err


def test_averaged_weights_also_in_safetensors(served, net):
    from safetensors.torch import save_file

    averaged = torch.optim.swa_utils.AveragedModel(net).state_dict()
    assert "n_averaged" in averaged
    torch.save(averaged, "model.pt")
    assert served().code == 0
    save_file({name: weight.clone() for name, weight in averaged.items()}, "model.safetensors")
    assert served("model.safetensors").code == 0


def test_a_checkpoint_of_a_training_that_held_more(served, net):
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 4)).sum().backward()
    best = {"state_dict": renamed(net.state_dict(), "model.{}".format), "score": np.float64(0.5)}
    checkpoint = {"epoch": 3, "optimizer": optimizer.state_dict(), "model.v2": net.state_dict(), "best": best}
    torch.save(checkpoint, "model.pt")
    assert "MF209" in served().err
    for entry in ("model.v2", "best.state_dict"):
        result = served(weights=entry)
        assert result.code == 0, result.err


def test_entries_that_are_not_there(served, net):
    torch.save({"model_state_dict": net.state_dict(), "epoch": 1}, "model.pt")
    assert "set 'spec.model.weights: model_state_dict'" in served().err
    result = served(weights="model_state_dic")
    assert (result.code, "did you mean 'model_state_dict'?" in result.err) == (1, True)
    assert "MF209" in served(weights="epoch").err


def test_a_module_that_has_an_attribute_of_that_name(served, net):
    """`module` may be the network's own name for a part of it."""
    own = NET.replace("self.a, self.b", "self.module, self.b").replace("self.a(x)", "self.module(x)")
    Path("net.py").write_text(own)
    state = renamed(net.state_dict(), lambda name: name.replace("a.", "module.", 1))
    for wrapped in (state, renamed(state, "module.{}".format), renamed(state, "_orig_mod.{}".format)):
        torch.save(wrapped, "model.pt")
        result = served()
        assert result.code == 0, result.err


def test_other_names_are_told_when_it_is_verified(served, net):
    torch.save(renamed(net.state_dict(), lambda name: name.replace("a.", "first.")), "model.pt")
    result = served()
    assert (result.code, "a.weight" in result.err, "first.weight" in result.err) == (4, True, True)


class FromPython2:
    """Pickled as Python 2 pickled an OrderedDict: made from a list of [key, value]."""

    def __init__(self, state):
        self.state = state

    def __reduce__(self):
        return collections.OrderedDict, ([[name, weight] for name, weight in self.state.items()],)


def test_weights_from_python_2(served, net):
    torch.save(FromPython2(net.state_dict()), "model.pt", _use_new_zipfile_serialization=False)
    content = Path("model.pt").read_bytes()
    for name in net.state_dict():
        key = name.encode()
        content = content.replace(b"X" + struct.pack("<I", len(key)) + key, b"U" + bytes([len(key)]) + key)
    Path("model.pt").write_bytes(content)
    result = served()
    assert result.code == 0, result.err


@pytest.mark.parametrize("state", ["active", None])
def test_devices_of_a_program_are_told_for_shapes_without_gpus(tmp_path, monkeypatch, manifact, net, state):
    monkeypatch.chdir(tmp_path)

    class Far(torch.nn.Module):
        def forward(self, x):
            if x.sum() > 1e9:
                return x.to("cuda:1")
            return x.cuda() if x.sum() > 1e8 else x

    torch.jit.script(Far()).save("model.pt")
    assert inspect_model(tmp_path / "model.pt").details["devices"] == ["cuda", "cuda:1"]
    deployment = {"deployment": {"shape": "VM.Standard.E4.Flex", "state": state}} if state else {}
    for shape, told in (("VM.Standard.E4.Flex", bool(state)), ("VM.GPU.A10.1", False)):
        if deployment:
            deployment["deployment"]["shape"] = shape
        spec = {"model": {"path": "model.pt"}, **deployment}
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
        (tmp_path / "model.yaml").write_text(json.dumps(document))
        result = manifact("compile", "model.yaml")
        assert (result.code, "MF228" in result.err) == (0, told), result.err


def test_an_exported_program_of_another_device_is_refused(tmp_path, monkeypatch, manifact, net):
    """Nobody here has a GPU: the archive's own JSON is changed to say what it says there."""
    monkeypatch.chdir(tmp_path)
    torch.export.save(torch.export.export(net, (torch.ones(2, 4),)), "cpu.pt2")
    with zipfile.ZipFile("cpu.pt2") as read, zipfile.ZipFile("model.pt2", "w") as written:
        for item in read.infolist():
            content = read.read(item)
            if item.filename.endswith("model.json"):
                content = content.replace(b'{"type": "cpu", "index": null}', b'{"type": "cuda", "index": 0}')
            written.writestr(item.filename, content)
    spec = {"model": {"path": "model.pt2"}, "deployment": {"shape": "VM.Standard.E4.Flex"}}
    document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": "tested"}, "spec": spec}
    (tmp_path / "model.yaml").write_text(json.dumps(document))
    result = manifact("compile", "model.yaml")
    assert (result.code, "MF228" in result.err) == (1, True), result.err
