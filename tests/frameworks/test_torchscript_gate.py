"""TorchScript: what its code calls, however it is written."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import torch

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

pytestmark = pytest.mark.filterwarnings("ignore")  # torch warns about its own deprecations


class Net(torch.nn.Module):
    """Recurrent and looped layers, containers, text, dictionaries, errors, a branch that runs beside."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())
        self.recurrent = torch.nn.LSTM(3, 2)
        self.layers = torch.nn.ModuleList([torch.nn.Linear(2, 2)])

    def forward(self, x: torch.Tensor, names: list[str]) -> dict[str, torch.Tensor]:
        z, _ = self.recurrent(self.first(x).unsqueeze(0))
        out: dict[str, torch.Tensor] = {}
        for layer in self.layers:
            z = torch.jit._wait(torch.jit._fork(torch.relu, layer(z)))
        for name in names:
            if name.startswith("a"):
                out[name.upper()] = z[:, -1] * 2
            elif len(name) > 100:
                raise ValueError(f"too long: {name}")
        return out


class Saves(torch.nn.Module):
    """What TorchScript can be made to do."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, "stolen")
        return x


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("torchscript") / "net.pt"
    torch.jit.script(Net().eval()).save(path)
    return path


def answer(path: Path) -> str:
    """The codes and messages of a refusal, or the unknown names with their places."""
    try:
        facts = inspect_model(path)
        return "unknown " + ", ".join(f"{name} ({facts.places[name]})" for name in facts.unknown)
    except CompilerError as error:
        (problem,) = error.diagnostics
        return f"{problem.code} {problem.message}"


def test_ordinary_modules_are_known(honest: Path, tmp_path: Path) -> None:
    layers = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())
    image = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU()).eval()
    attention = torch.nn.TransformerEncoderLayer(4, 2, batch_first=True).eval()
    modules = [
        torch.jit.script(torch.ao.quantization.quantize_dynamic(layers, {torch.nn.Linear})),
        torch.jit.trace(attention, torch.zeros(1, 3, 4), check_trace=False),
        torch.jit.freeze(torch.jit.script(Net().eval())),
        torch.jit.optimize_for_inference(torch.jit.script(image)),
    ]
    for number, module in enumerate(modules):
        module.save(tmp_path / f"{number}.pt")
        assert answer(tmp_path / f"{number}.pt") == "unknown "
    assert answer(honest) == "unknown "


def test_a_module_that_saves(tmp_path: Path) -> None:
    torch.jit.script(Saves()).save(tmp_path / "m.pt")
    found = answer(tmp_path / "m.pt")
    assert found.startswith("MF204 the model is denied: its code calls 'save', which opens a file (code/__torch__/")
    assert found.endswith(".py:8)")


def with_code(source: Path, target: Path, line: str) -> Path:
    """The first statement of the root's `forward` is another one."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("test_torchscript_gate.py"):
                text = data.decode()
                at = text.index("\n", text.index("->", text.index("def forward"))) + 1
                data = (text[:at] + f"    {line}\n" + text[at:]).encode()
            new.writestr(name, data)
    return target


DENIED = [
    'torch.save(x, "f")',
    'ops.aten.save(x, "f")',
    '(x).save("f", )',
    'x.save("f")',
    '(x.save)("f")',
    '(x\n  .save\n  ("f"))',
    "torch . \\\n save(x, 'f')",
    'getattr(x, "save")("f")',
    'getattr(x, "\\x73ave")("f")',
    'f = torch.save; f(x, "f")',
    'torch.from_file("/etc/passwd", True, 10)',
    'ops.aten.from_file("/etc/passwd")',
    '"a"; "b # c"; x.save("f")  # harmless',
]


@pytest.mark.parametrize("line", DENIED, ids=range(len(DENIED)))
def test_files_are_denied_however_they_are_opened(honest: Path, line: str, tmp_path: Path) -> None:
    assert answer(with_code(honest, tmp_path / "m", line)).startswith("MF204 the model is denied: its code calls '")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('ops.image.read_file("/etc/passwd")', "torch.ops.image.read_file"),
        ('ops.torchaudio.sox_io_load_audio_file("f")', "torch.ops.torchaudio.sox_io_load_audio_file"),
        ('rpc_sync("w", torch.add, ())', "torch.rpc_sync"),
        ("ops.prim.PythonOp()", "torch.ops.prim.PythonOp"),
        ("torch.set_data(x, x)", "torch.ops.aten.set_data"),
        ("x.set_data(x)", "torch.ops.aten.set_data"),
        ('x.an_operator_of_tomorrow("f")', "torch.ops.aten.an_operator_of_tomorrow"),
        ("torch._sparse_coo_tensor_unsafe(x, x, [1])", "torch.ops.aten._sparse_coo_tensor_unsafe"),
        ("__torch__.torch.classes._nnapi.Compilation()", "torch.classes._nnapi.Compilation"),
        ("ops.c10d.barrier()", "torch.ops.c10d.barrier"),
        ("torch.ops.aten.relu(x)", "torch.ops.aten.ops.aten.relu"),
    ],
)
def test_other_operators_are_named(honest: Path, line: str, name: str, tmp_path: Path) -> None:
    found = answer(with_code(honest, tmp_path / "m", line))
    assert re.fullmatch(rf"unknown {re.escape(name)} \(code/__torch__/.*test_torchscript_gate\.py:\d+\)", found)


@pytest.mark.parametrize("member", ["data.pkl", "constants.pkl"])
@pytest.mark.parametrize(
    ("name", "said"),
    [("os\nsystem", "MF204 the pickle is denied: it refers to 'os.system'"), ("shop.net\nNet", "unknown")],
)
def test_both_pickles_are_judged(honest: Path, member: str, name: str, said: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(tmp_path / "m", "w") as new:
        for inner in old.namelist():
            hostile = inner.endswith(f"/{member}")
            new.writestr(inner, b"\x80\x02(c" + name.encode() + b"\nt." if hostile else old.read(inner))
    found = answer(tmp_path / "m")
    assert found.startswith(said)
    assert said != "unknown" or found == f"unknown shop.net.Net ({member})"


def test_setstate_is_judged_like_forward(honest: Path, tmp_path: Path) -> None:
    line = 'pass\n  def __setstate__(self, s: str) -> NoneType:\n    torch.save(s, "f")'
    assert answer(with_code(honest, tmp_path / "m", line)).startswith("MF204")


@pytest.mark.parametrize("line", ['"""a" x.save("f") """', "x = `id`", 'x = "never ends'])
def test_what_is_no_torchscript_is_damage(honest: Path, line: str, tmp_path: Path) -> None:
    assert answer(with_code(honest, tmp_path / "m", line)).startswith("MF203 ")


def test_every_operator_that_takes_text_is_listed_knowingly() -> None:
    """A release of PyTorch with an operator that could take a file's name shows here."""
    from compiler.frameworks.allowed import words

    takes_names = {"filename", "file", "path", "file_path", "filepath", "uri", "url", "dir"}
    found = {
        schema.name
        for schema in torch._C._jit_get_all_schemas()
        if takes_names & {argument.name for argument in schema.arguments if "str" in str(argument.type)}
    }
    assert {"aten::save", "aten::from_file"} <= found
    assert not found & words("pytorch/operators")
