"""A command is its arguments, one call of the engine, and one rendering: with a recorder for the engine, each runs."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest

import compiler.engine
import compiler.reconcile
from compiler.cli import commands
from compiler.codes import ExitCode
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.render.lines import Line

OCID = "ocid1.datasciencemodel.oc1.iad.aaaa"
CALLS = {
    "init model.joblib": "init_manifest",
    "validate": "validate_manifests",
    "compile": "compile_manifests",
    "inspect model.joblib": "inspect_file",
    "introspect artifact": "introspect_artifact",
    "verify": "verify_manifest",
    "serve": "serve_until_stopped",
    "plan": "plan_manifests",
    "plan --markdown": "plan_manifests",
    "plan --policies": "iam_policies",
    "apply": "apply_manifests",
    "status": "status",
    "status wine": "model_status",
    "status --reconciled": "fleet_status",
    "status --watch": "watch_status",
    "reconcile --once": "reconcile",
    "reconcile --plan": "reconcile",
    "reconcile --repo https://example.org/models": "reconcile_loop",
    "list": "list_resources",
    "show wine": "show_resource",
    "predict wine --data rows.csv": "predict",
    "score wine --input rows.csv --output answers": "score_table",
    "logs wine": "read_log",
    "logs wine --follow": "follow_log",
    "pull wine pulled": "pull_artifact",
    "export wine oci://b@n/o.zip": "export_artifact",
    f"import {OCID}": "import_resource",
    "drift": "find_drift",
    "destroy wine": "destroy_model",
    "fetch": "fetch_files",
    "lock": "lock_packs",
    "lock --list": "list_packs",
    "doctor": "examine",
    "local serve": "serve_until_stopped",
    "local status": "local_status",
    "local stop": "stop_local",
    "local reset": "reset_local",
}
UNTIL_STOPPED = ("serve", "local serve", "logs wine --follow", "status --watch")


@dataclass(frozen=True)
class Recorded(Result):
    """What the recorder answers: an exit code that no command would choose by itself."""

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.VERIFICATION

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        return [Line("recorded")]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def to_json(self) -> dict[str, Any]:
        return {"formatVersion": 1}


@dataclass
class Recorder:
    """Stands in for every public function of the engine that takes a checkout."""

    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def function(self, name: str) -> Any:
        def recorded(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            return Recorded()

        return recorded


def engine_functions() -> Iterator[tuple[Any, str]]:
    """The functions that commands call: their first parameter is a checkout."""
    engine = pkgutil.walk_packages(compiler.engine.__path__, "compiler.engine.")
    for info in (*engine, *pkgutil.iter_modules(compiler.reconcile.__path__, "compiler.reconcile.")):
        module = import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            if function.__module__ == info.name and not name.startswith("_") and first == "checkout":
                yield module, name


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    for module, name in list(engine_functions()):  # all are imported before the first is replaced
        monkeypatch.setattr(module, name, made.function(name))
    return made


@pytest.mark.parametrize("line", CALLS)
def test_a_command_calls_the_engine_once_and_shows_what_it_gets(line, recorder, manifact, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = manifact(*line.split())
    (call,) = recorder.calls
    name, (checkout, *_) = call
    assert name == CALLS[line]
    assert isinstance(checkout, Checkout)
    assert checkout.start == tmp_path
    assert result.code == (ExitCode.OK if line in UNTIL_STOPPED else ExitCode.VERIFICATION)
    assert list(tmp_path.iterdir()) == []


def test_no_command_is_left_out():
    own = {"explain", "schema", "completion"}  # look up tables and the parser of the package itself
    assert {line.split()[0] for line in CALLS} | own == set(commands.NAMES)
