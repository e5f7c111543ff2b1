"""torch.save files of both ages and TorchScript; what cannot be served says why and how."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.ir import Unserved


class Net(torch.nn.Module):
    """Two layers and a normalization, so that there are float and integer tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)
        self.norm = torch.nn.BatchNorm1d(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.layer(x))


@pytest.fixture
def net() -> Net:
    return Net().eval()


def _refused(path: Path) -> CompilerError:
    with pytest.raises(CompilerError) as error:
        inspect_model(path)
    return error.value


def _unserved(path: Path) -> Unserved:
    """What a file without a model to serve holds, and what to save instead."""
    facts = inspect_model(path)
    assert facts.unserved is not None
    assert facts.unknown == ()
    return facts.unserved


@pytest.mark.parametrize("zipped", [True, False])
def test_weights(net: Net, zipped: bool, tmp_path: Path) -> None:
    torch.save(net.state_dict(), tmp_path / "w", _use_new_zipfile_serialization=zipped)
    facts = inspect_model(tmp_path / "w")
    tensors = net.state_dict().values()
    assert (facts.framework, facts.format, facts.version, facts.unknown) == ("pytorch", "state_dict", None, ())
    assert facts.details == {
        "tensors": len(tensors),
        "elements": sum(tensor.numel() for tensor in tensors),
        "dtypes": ["float32", "int64"],
    }


def test_plain_dict_and_unusual_dtypes(tmp_path: Path) -> None:
    quantized = torch.empty(3, 3, dtype=torch.bfloat16)
    torch.save({"a": quantized, "b": torch.ones(2).half(), "c": torch.nn.Parameter(torch.ones(1))}, tmp_path / "w")
    assert inspect_model(tmp_path / "w").details["dtypes"] == ["bfloat16", "float16", "float32"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("how", ["script", "trace"])
def test_torchscript(net: Net, how: str, tmp_path: Path) -> None:
    module = torch.jit.script(net) if how == "script" else torch.jit.trace(net, torch.zeros(2, 4))
    module.save(str(tmp_path / "m"))
    facts = inspect_model(tmp_path / "m")
    assert (facts.framework, facts.format, facts.algorithm, facts.unknown) == ("pytorch", "torchscript", "Net", ())
    assert facts.details["tensors"] == len(net.state_dict())


@pytest.mark.filterwarnings("ignore:Couldn't retrieve source code:UserWarning")
@pytest.mark.parametrize("zipped", [True, False])
def test_whole_modules_are_refused_with_the_way_out(net: Net, zipped: bool, tmp_path: Path) -> None:
    torch.save(net, tmp_path / "m", _use_new_zipfile_serialization=zipped)
    found = _unserved(tmp_path / "m")
    assert "a whole module" in found.what
    assert "state_dict" in found.instead


def test_a_module_pickled_without_torch_save(net: Net, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(pickle.dumps(torch.nn.ReLU()))
    facts = inspect_model(tmp_path / "m")
    assert facts.unserved is not None
    assert "pickled model of torch" in facts.unserved.what
    assert facts.unknown == ("torch.nn.modules.activation.ReLU",)  # a layer is code; only weights are data


def test_checkpoints_name_the_part_that_is_wanted(net: Net, tmp_path: Path) -> None:
    torch.save({"model_state_dict": net.state_dict(), "epoch": 3}, tmp_path / "m")
    assert "of which only 'model_state_dict' is needed" in _unserved(tmp_path / "m").what
    torch.save(torch.ones(3), tmp_path / "m")
    assert _unserved(tmp_path / "m").what == "a single tensor"


def test_so_do_its_facts(net: Net, tmp_path: Path) -> None:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    state = {
        "model": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "pytorch-lightning_version": "2",
    }
    torch.save(state, tmp_path / "m")
    details = inspect_model(tmp_path / "m").details
    assert details["tensors"] == len(net.state_dict())
    assert details["elements"] == sum(tensor.numel() for tensor in net.state_dict().values())
    assert details["entries"] == {"epoch": 3, "pytorch-lightning_version": "2"}


def test_torchscript_names_mean_nothing_to_torch_load(tmp_path: Path) -> None:
    """`__torch__` is only TorchScript's: elsewhere it is a module that could be imported."""
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02c__torch__\nNet\n)\x81.")
    assert "__torch__.Net" in _unserved(tmp_path / "m").what


@pytest.mark.parametrize("names", [["a/data.pkl", "b/data.pkl"], ["a/data.pkl", "version"]])
def test_archives_that_two_readers_could_read_differently(names: list[str], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        for name in names:
            archive.writestr(name, b"\x80\x02}.")
    assert "MF203" in str(_refused(tmp_path / "m"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_pickles_inside_an_export_archive_are_judged(net: Net, tmp_path: Path) -> None:
    """torch.export.load falls back to running them, so a denied one denies the archive."""
    torch.export.save(torch.export.export(net, (torch.zeros(2, 4),)), tmp_path / "e.pt2")
    assert inspect_model(tmp_path / "e.pt2").unknown == ()
    evil = tmp_path / "evil.pt"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.")
    for content in (evil.read_bytes(), b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R."):
        with zipfile.ZipFile(tmp_path / "e.pt2") as old, zipfile.ZipFile(tmp_path / "m", "w") as new:
            for name in old.namelist():
                new.writestr(name, content if "sample_inputs" in name else old.read(name))
        assert "MF204" in str(_refused(tmp_path / "m"))
    with zipfile.ZipFile(tmp_path / "e.pt2") as old, zipfile.ZipFile(tmp_path / "m", "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("model_weights_config.json"):
                text = text.replace(b'"use_pickle": false', b'"use_pickle": true')
            new.writestr(name, text)
    assert "MF204" in str(_refused(tmp_path / "m"))
