"""`torch.export` archives and safetensors: facts against torch itself; text that loading would evaluate is refused."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.ir import Tensor
from compiler.readers.torch.exported import is_arithmetic

pytestmark = pytest.mark.filterwarnings("ignore")  # torch warns about its own deprecations


class Net(torch.nn.Module):
    """Two inputs, one of which repeats the other's batch."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.layer(torch.cat([x, y], 0).reshape(-1, 4)) * x.shape[0]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "net.pt2"
    batch = torch.export.Dim("batch", min=3, max=100)
    examples = (torch.rand(4, 4), torch.rand(8, 4))
    program = torch.export.export(Net().eval(), examples, dynamic_shapes={"x": {0: batch}, "y": {0: 2 * batch}})
    torch.export.save(program, path)
    return path


def test_export(exported: Path) -> None:
    facts = inspect_model(exported)
    assert (facts.framework, facts.format, facts.algorithm) == ("pytorch", "torch-export", "Net")
    assert facts.version == torch.__version__
    assert facts.inputs == (Tensor("x", "float32", (None, 4)), Tensor("y", "float32", (None, 4)))
    (output,) = facts.outputs
    assert (output.dtype, output.shape) == ("float32", (None, 3))


def test_export_with_fixed_shapes_and_whole_numbers(tmp_path: Path) -> None:
    class Pick(torch.nn.Module):
        def forward(self, index: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"twice": index * 2, "odd": index % 2 == 1}

    torch.export.save(torch.export.export(Pick(), (torch.tensor([1, 2]),)), tmp_path / "m")
    facts = inspect_model(tmp_path / "m")
    assert facts.inputs == (Tensor("index", "int64", (2,)),)
    assert [(tensor.dtype, tensor.shape) for tensor in facts.outputs] == [("int64", (2,)), ("bool", (2,))]


def changed(source: Path, target: Path, change: Callable[[Any], None]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("models/model.json"):
                tree = json.loads(data)
                change(tree)
                data = json.dumps(tree).encode()
            new.writestr(name, data)
    return target


def a_size(tree: Any) -> None:
    sizes = tree["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
    sizes[0]["as_expr"]["expr_str"] = "__import__('os').system('true')"


def a_guard(tree: Any) -> None:
    tree["guards_code"] = ["(lambda: open('x'))() == 1"]


def an_operator(tree: Any) -> None:
    tree["graph_module"]["graph"]["nodes"][0]["target"] = "torch.hub.os.system"


@pytest.mark.parametrize(
    ("change", "shown"),
    [(a_size, "__import__"), (a_guard, "lambda"), (an_operator, "torch.hub.os.system")],
)
def test_text_that_would_run_is_refused(
    exported: Path, change: Callable[[Any], None], shown: str, tmp_path: Path
) -> None:
    with pytest.raises(CompilerError) as caught:
        inspect_model(changed(exported, tmp_path / "m", change))
    (problem,) = caught.value.diagnostics
    assert problem.code == "MF223"
    assert shown in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "Mul(Integer(2), Symbol('s77', positive=True, integer=True))",
        "Max(1, s0 // 2)",
        "(4*L['y'].size()[0] + 4*L['x'].size()[0]) % 2 == 0",
        "L['x'].ndim == 2 and L['x'].stride()[0] >= 4",
        "2*s77",
    ],
)
def test_arithmetic(text: str) -> None:
    assert is_arithmetic(text)


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "Symbol('__import__(\"os\")')",
        "L.__class__",
        "L['x'].size.__globals__",
        "[c for c in s0]",
        "(lambda: 1)()",
        "f'{s0}'",
        "Max('os.system(1)')",
        "s0 if s1 else s2",
        "exec",
        "1" * 10_001,
        "(" * 5000,
        "",
    ],
)
def test_everything_else(text: str) -> None:
    assert not is_arithmetic(text)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes], more: dict[str, bytes]) -> Path:
    """The archive with members changed, and with more of them."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        folder = old.namelist()[0].split("/")[0]
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in more.items():
            new.writestr(f"{folder}/{name}", data)
    return target


def refused(path: Path) -> str:
    with pytest.raises(CompilerError) as caught:
        inspect_model(path)
    (problem,) = caught.value.diagnostics
    return f"{problem.code} {problem.message}"


def calling(operator: str) -> Callable[[Any], None]:
    def change(tree: Any) -> None:
        tree["graph_module"]["graph"]["nodes"][0]["target"] = f"torch.ops.{operator}"

    return change


def test_operators_are_judged(exported: Path, tmp_path: Path) -> None:
    assert inspect_model(exported).unknown == ()
    for operator in ("aten.save.default", "aten.from_file.default"):
        found = refused(changed(exported, tmp_path / "m", calling(operator)))
        assert found.startswith(f"MF204 the model is denied: its code calls '{operator.split('.')[1]}', which opens a")
        assert re.search(r"models/model\.json, node '[\w.]+'\)$", found)
    facts = inspect_model(changed(exported, tmp_path / "m", calling("image.read_file.default")))
    assert facts.unknown == ("torch.ops.image.read_file",)
    assert re.search(r"models/model\.json, node '\w+'$", facts.places[facts.unknown[0]])


@pytest.mark.parametrize(
    "name",
    [
        "data/aotinductor/model/x.wrapper.so",
        "DATA/AOTInductor/other/weights_config.json",
        "data/constants/opaque_obj_0",
        "extra/lib.so.1",
    ],
)
def test_compiled_code_and_opaque_pickles_are_denied(exported: Path, name: str, tmp_path: Path) -> None:
    found = refused(rewritten(exported, tmp_path / "m", lambda _, data: data, {name: b"x"}))
    assert found.startswith("MF204 ")
    assert name in found


def test_every_program_and_pickle_is_judged(exported: Path, tmp_path: Path) -> None:
    import io
    import os
    import pickle

    class Evil:
        def __reduce__(self) -> Any:
            return os.system, ("true",)

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as inner:
        inner.writestr("x/data.pkl", pickle.dumps(Evil()))
        inner.writestr("x/version", "3")
    evil = buffer.getvalue()
    with zipfile.ZipFile(exported) as archive:
        program = next(archive.read(name) for name in archive.namelist() if name.endswith("models/model.json"))
    hostile = program.replace(b"torch.ops.aten.cat.default", b"torch.ops.aten.save.default")
    assert hostile != program
    same = lambda _, data: data  # noqa: E731
    swapped = lambda name, data: evil if "sample_inputs" in name else data  # noqa: E731
    assert refused(rewritten(exported, tmp_path / "m", same, {"models/other.json": hostile})).startswith("MF204")
    assert refused(rewritten(exported, tmp_path / "m", same, {"data/weights/weight_9": evil})).startswith("MF204")
    assert refused(rewritten(exported, tmp_path / "m", swapped, {})).startswith("MF204")


def test_members_that_differ_in_case_only(exported: Path, tmp_path: Path) -> None:
    """PyTorch's reader of zip files does not tell them apart: it could take either."""
    found = refused(rewritten(exported, tmp_path / "m", lambda _, data: data, {"Models/Model.json": b"{}"}))
    assert found == "MF203 the model file is damaged: a member is listed twice"


def test_safetensors(tmp_path: Path) -> None:
    weights = Net().state_dict() | {"half": torch.zeros(2, 2, dtype=torch.bfloat16)}
    save_file(weights, tmp_path / "m.bin", metadata={"format": "pt"})
    facts = inspect_model(tmp_path / "m.bin")
    assert (facts.framework, facts.format, facts.version) == ("pytorch", "safetensors", None)
    total = sum(tensor.numel() for tensor in weights.values())
    assert facts.details == {"tensors": 3, "parameters": total, "format": "pt"}


def test_safetensors_cut_short(tmp_path: Path) -> None:
    save_file(Net().state_dict(), tmp_path / "m")
    (tmp_path / "m").write_bytes((tmp_path / "m").read_bytes()[:-1])
    with pytest.raises(CompilerError, match=r"MF203.*tensor 'layer.\w+' ends at byte 60 of 59"):
        inspect_model(tmp_path / "m")


def test_a_member_whose_local_name_is_no_text(exported: Path, tmp_path: Path) -> None:
    content = exported.read_bytes()
    with zipfile.ZipFile(exported) as archive:
        info = next(info for info in archive.infolist() if info.filename.endswith("sample_inputs/model.pt"))
    at = info.header_offset + 30
    flagged = bytearray(content)
    flagged[info.header_offset + 7] |= 0x08  # the name claims to be UTF-8
    flagged[at : at + 2] = b"\xff\xfe"
    (tmp_path / "m").write_bytes(flagged)
    with pytest.raises(CompilerError, match="MF203"):
        inspect_model(tmp_path / "m")


def test_safetensors_with_another_shape(tmp_path: Path) -> None:
    save_file({"w": torch.zeros(2, 2)}, tmp_path / "m")
    (tmp_path / "m").write_bytes((tmp_path / "m").read_bytes().replace(b"[2,2]", b"[9,9]"))
    with pytest.raises(CompilerError, match=r"MF203.*the shape of tensor 'w' does not fit its 16 bytes"):
        inspect_model(tmp_path / "m")


@pytest.mark.slow
@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_read_or_give_a_diagnostic(data: st.DataObject, exported: Path, tmp_path: Path) -> None:
    save_file(Net().state_dict(), tmp_path / "weights")
    content = bytearray(data.draw(st.sampled_from([exported, tmp_path / "weights"])).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "m").write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
    try:
        inspect_model(tmp_path / "m")
    except CompilerError as error:
        codes = {problem.code for problem in error.diagnostics}
        assert codes <= {"MF202", "MF203", "MF204", "MF206", "MF209", "MF223"}
