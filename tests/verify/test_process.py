"""Verification runs score.py elsewhere, and says exactly what went wrong there."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from pathlib import Path

import pytest

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from compiler.ir import Golden
from compiler.verify import verify

DOUBLE = """
    def load_model():
        return 2

    def predict(data, model=load_model()):
        rows = data["data"] if isinstance(data, dict) and "data" in data else data
        if isinstance(rows, dict):
            return {"prediction": [2 * x for x in rows["x"]]}
        return {"prediction": [2 * (r["x"] if isinstance(r, dict) else r[0]) for r in rows]}
"""
GOLDEN = Golden(inputs=({"x": 1}, {"x": 2.5}), outputs=(2, 5.0), tolerance=1e-6)


@pytest.fixture
def artifact(tmp_path):
    def write(source: str) -> Path:
        folder = tmp_path / "artifact"
        folder.mkdir()
        (folder / "score.py").write_text(textwrap.dedent(source))
        column = {"name": "x", "dtype": "float64", "required": True, "order": 0}
        (folder / "input_schema.json").write_text(json.dumps({"schema": [column]}))
        return folder

    return write


def problem(folder: Path, golden: Golden = GOLDEN, **options):
    with pytest.raises(CompilerError) as caught:
        verify(folder, golden, timeout=options.pop("timeout", 60), **options)
    return caught.value.diagnostics[0], caught.value.exit_code


def test_right_answers_in_every_shape(artifact):
    result = verify(artifact(DOUBLE), GOLDEN, timeout=60)
    assert (result.rows, result.compared, result.max_difference) == (2, True, 0.0)
    assert result.shapes == ("rows", '{"data": rows}', "columns", "lists")
    assert result.isolated is result.isolation.complete


def test_without_expected_answers_it_only_has_to_answer(artifact):
    result = verify(artifact(DOUBLE), Golden(GOLDEN.inputs, (), 1e-6), timeout=60)
    assert (result.rows, result.compared) == (2, False)


def test_without_golden_rows_it_only_has_to_load(artifact):
    result = verify(artifact(DOUBLE), Golden((), (), 1e-6), timeout=60)
    assert (result.rows, result.compared, result.shapes) == (0, False, ())


def test_wrong_answers_name_the_first_row(artifact):
    told, code = problem(artifact(DOUBLE), Golden(GOLDEN.inputs, (2, 6), 1e-6))
    assert (told.code, code) == ("MF603", ExitCode.VERIFICATION)
    assert told.message == (
        "1 of 2 golden rows are answered differently (largest difference 1, tolerance 1e-06); "
        'first row 1: expected 6, got 5.0 for {"x": 2.5}'
    )


def test_a_model_that_does_not_load_shows_the_users_own_lines(artifact):
    told, code = problem(artifact("def load_model():\n    raise OSError('disk on fire')\n\nload_model()\n"))
    assert (told.code, code) == ("MF601", ExitCode.VERIFICATION)
    assert told.message == (
        "the model cannot be loaded: OSError: disk on fire\n"
        "    score.py:4 in <module>: load_model()\n"
        "    score.py:2 in load_model: raise OSError('disk on fire')"
    )


def test_a_missing_library_is_a_matter_of_the_environment(artifact):
    told, code = problem(artifact(DOUBLE), requires=("no-such-library==1.0",))
    assert (told.code, code, told.hint) == ("MF608", ExitCode.ENVIRONMENT, "pip install no-such-library==1.0")


def test_a_library_missed_only_while_loading_is_too(artifact):
    source = "import sys\nsys.modules['skops'] = None\nimport skops.io\n"
    told, code = problem(artifact(source), requires=("skops==0.16",))
    assert (told.code, code, told.hint) == ("MF608", ExitCode.ENVIRONMENT, "pip install skops==0.16")


def test_a_missing_module_of_the_users_is_not(artifact):
    told, code = problem(artifact("import my_features\n"))
    assert (told.code, code) == ("MF601", ExitCode.VERIFICATION)
    assert "spec.include" in told.hint


def test_predict_that_raises(artifact):
    told, _ = problem(artifact("def load_model(): ...\ndef predict(data):\n    raise KeyError('x')\n"))
    assert told.code == "MF602"
    assert "KeyError: 'x'\n    score.py:3 in predict: raise KeyError('x')" in told.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("[2, 5]", 'must return {"prediction": [...]}'),
        ('{"prediction": [2]}', "gave 1 predictions for 2 rows"),
        ('{"prediction": {2, 5}}', "not JSON"),
        ('{"prediction": [float("nan"), 5]}', "not JSON"),
    ],
)
def test_answers_of_the_wrong_form(artifact, answer, said):
    told, _ = problem(artifact(f"def load_model(): ...\ndef predict(data):\n    return {answer}\n"))
    assert told.code == "MF604"
    assert said in told.message


def test_shapes_that_are_answered_differently(artifact):
    source = DOUBLE.replace("[2 * x for x", "[3 * x for x")
    told, _ = problem(artifact(source))
    assert (told.code, told.message) == ("MF605", "the rows as columns were answered [3, 7.5] instead of [2, 5.0]")


def test_a_score_py_of_ones_own_need_not_take_every_shape(artifact):
    source = DOUBLE.replace("[2 * x for x", "[3 * x for x")
    assert verify(artifact(source), GOLDEN, timeout=60, shapes=False).shapes == ()


def test_a_process_that_hangs_is_stopped(artifact):
    told, _ = problem(artifact("def load_model():\n    while True: pass\n"), timeout=1)
    assert told.code == "MF606"


def test_a_process_that_dies_says_how(artifact):
    source = (
        "import os, signal, sys\ndef load_model():\n    print('about to', flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    told, code = problem(artifact(source.replace("os.kill(os.getpid(), 9)", "os._exit(7)")))
    assert (told.code, code) == ("MF607", ExitCode.VERIFICATION)
    assert "exit status 7 while the model was loaded; its last words: about to" in told.message


def test_sys_exit_is_not_the_end_of_us(artifact):
    told, _ = problem(artifact("raise SystemExit('enough')\n"))
    assert (told.code, "SystemExit: enough" in told.message) == ("MF601", True)


def test_it_sees_no_secret_and_no_home(artifact, monkeypatch):
    monkeypatch.setenv("OCI_CLI_KEY", "secret")
    source = """
        import os, pathlib
        def load_model(): ...
        def predict(data):
            home = pathlib.Path.home()
            return {"prediction": [sorted(os.environ), [str(p) for p in home.iterdir()]]}
    """
    told, _ = problem(artifact(source), Golden(GOLDEN.inputs, ("?", "?"), 0), shapes=False)
    assert "OCI_CLI_KEY" not in told.message
    assert "HOME" in told.message


def test_it_inherits_no_descriptor(artifact, tmp_path):
    source = """
        import os
        def load_model(): ...
        def predict(data):
            numbers = [fd for fd in range(3, 64) if os.path.exists(f"/proc/self/fd/{fd}")]
            return {"prediction": [os.readlink(f"/proc/self/fd/{fd}") for fd in numbers]}
    """
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        told, _ = problem(artifact(source), Golden(GOLDEN.inputs, ("?", "?"), 0), shapes=False)
    assert "/secret" not in told.message


def test_it_has_no_network_where_the_machine_has_namespaces(artifact):
    if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine offers no namespaces")
    source = """
        import socket
        def load_model(): ...
        def predict(data):
            return {"prediction": [[name for _, name in socket.if_nameindex()] for _ in data]}
    """
    assert verify(artifact(source), Golden(GOLDEN.inputs, (["lo"], ["lo"]), 0), timeout=60, shapes=False).isolated


def test_it_may_talk_to_itself(artifact):
    source = """
        import socket
        def load_model():
            with socket.create_server(("127.0.0.1", 0)) as server:
                socket.create_connection(server.getsockname(), timeout=5).close()
        def predict(data):
            return {"prediction": [1] * len(data)}
    """
    assert verify(artifact(source), Golden(GOLDEN.inputs, (1, 1), 0), timeout=60, shapes=False).rows == 2


def test_it_cannot_touch_the_artifact_itself(artifact):
    source = """
        import os
        HERE = os.path.dirname(os.path.abspath(__file__))
        open(os.path.join(HERE, "score.py"), "w").close()
        def load_model(): ...
        def predict(data):
            return {"prediction": [1] * len(data)}
    """
    folder = artifact(source)
    verify(folder, Golden(GOLDEN.inputs, (1, 1), 0), timeout=60, shapes=False)
    assert "predict" in (folder / "score.py").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["input_schema.json", "score.py"]


def test_what_it_prints_is_not_an_answer(artifact):
    assert verify(artifact("print('{\"answer\": 1}')\n" + textwrap.dedent(DOUBLE)), GOLDEN, timeout=60).rows == 2


def test_memory_is_bounded(artifact):
    told, _ = problem(artifact("def load_model():\n    return bytearray(1 << 40)\n"))
    assert (told.code, "MemoryError" in told.message) == ("MF601", True)


def test_a_folder_without_score_py(tmp_path):
    told, _ = problem(tmp_path)
    assert told.code == "MF609"


DEPENDENT = """
    def load_model(): ...
    def predict(data):
        rows = data["x"] if isinstance(data, dict) else [r["x"] if isinstance(r, dict) else r[0] for r in data]
        return {"prediction": [ANSWER for i, x in enumerate(rows)]}
"""
COLOURS = Golden(inputs=tuple({"x": x} for x in ("red", "blue", "green")), outputs=(), tolerance=1e-6)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("sorted(set(rows)).index(x)", "golden row 0 is answered 0 in a request of row 0 alone, and 2 in one of all 3"),
        ("len(rows)", "golden row 0 is answered 1 in a request of row 0 alone, and 3 in one of all 3 golden rows"),
        ("i if len(rows) > 1 else ['red', 'blue', 'green'].index(x)", "in a request of rows 2 to 0 (reversed)"),
    ],
)
def test_an_answer_that_depends_on_its_neighbours(artifact, answer, said):
    told, code = problem(artifact(DEPENDENT.replace("ANSWER", answer)), COLOURS, shapes=False)
    assert (told.code, code) == ("MF610", ExitCode.VERIFICATION)
    assert said in told.message


def test_a_row_that_cannot_be_sent_alone(artifact):
    told, _ = problem(artifact(DEPENDENT.replace("ANSWER", "rows[1] and 1")), COLOURS, shapes=False)
    assert (told.code, "for golden row 0 alone: IndexError" in told.message) == ("MF602", True)


def test_a_fixed_batch_is_asked_in_blocks(artifact):
    source = DEPENDENT.replace("return {", "assert len(rows) % 2 == 0\n        return {").replace("ANSWER", "x")
    golden = Golden(tuple({"x": x} for x in range(6)), tuple(range(6)), 0, batch=2)
    assert verify(artifact(source), golden, timeout=60, shapes=False).rows == 6
