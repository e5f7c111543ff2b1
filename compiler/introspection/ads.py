"""ADS's eleven checks, word for word.

Keys, categories, descriptions, messages and order are those of ADS 2.16.1 (model_artifact_validate); they fill
`test_json_output.json` and `ArtifactTestResults`. As there, a failed stage leaves the later ones Skipped. Unlike there,
no network is asked: whether the conda path exists is Passed when manifact.lock vouches for it, else Skipped.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from compiler.diagnostics import CompilerError
from compiler.introspection.check import Check, Status
from compiler.introspection.files import Files
from compiler.ir import Json
from compiler.source import parse_document

# ADS 2.16.1: 3.6 to 3.14, with or without a patch release.
_PYTHON = re.compile(r"3\.([6-9]|1[0-4])(\.\d+)?\Z")

_MANDATORY = 'Check that the file "{0}" exists and is in the top level directory of the artifact directory'
_ADS = (
    Check("score_py", "Mandatory Files Check", _MANDATORY.format("score.py"), "The file 'score.py' is missing."),
    Check(
        "runtime_yaml",
        "Mandatory Files Check",
        _MANDATORY.format("runtime.yaml"),
        "The file 'runtime.yaml' is missing.",
    ),
    Check("score_syntax", "score.py", "Check for Python syntax errors", "There is Syntax error in score.py: "),
    Check(
        "score_load_model",
        "score.py",
        "Check that load_model() is defined",
        "Function load_model is not present in score.py.",
    ),
    Check(
        "score_predict",
        "score.py",
        "Check that predict() is defined",
        "Function predict is not present in score.py.",
    ),
    Check(
        "score_predict_data",
        "score.py",
        'Check that the only required argument for predict() is named "data"',
        "The predict function in score.py must have a formal argument named 'data'.",
    ),
    Check(
        "score_predict_arg",
        "score.py",
        "Check that all other arguments in predict() are optional and have default values",
        "All formal arguments in the predict function must have default values, except that 'data' argument.",
    ),
    Check(
        "runtime_version",
        "runtime.yaml",
        "Check that field MODEL_ARTIFACT_VERSION is set to 3.0",
        "In runtime.yaml, the key MODEL_ARTIFACT_VERSION must be set to 3.0.",
    ),
    Check(
        "runtime_env_python",
        "conda_env",
        "Check that field MODEL_DEPLOYMENT.INFERENCE_PYTHON_VERSION is set to a value of 3.6 or higher",
        "In runtime.yaml, the key MODEL_DEPLOYMENT.INFERENCE_PYTHON_VERSION must be set to a value of 3.6 or higher.",
    ),
    Check(
        "runtime_env_path",
        "conda_env",
        "Check that field MODEL_DEPLOYMENT.INFERENCE_ENV_PATH is set",
        "In runtime.yaml, the key MODEL_DEPLOYMENT.INFERENCE_ENV_PATH must have a value.",
    ),
    Check(
        "runtime_path_exist",
        "conda_env",
        "Check that the file path in MODEL_DEPLOYMENT.INFERENCE_ENV_PATH is correct.",
        "In runtime.yaml, the key MODEL_DEPLOYMENT.INFERENCE_ENV_PATH does not exist.",
    ),
)

ADS_KEYS = frozenset(check.key for check in _ADS)
"""The keys of test_json_output.json."""


def ads_checks(files: Files, *, conda: bool = True, locked: bool = False, container: bool = False) -> tuple[Check, ...]:
    """ADS's eleven checks, in ADS's order; all skipped for an artifact that only a `container` reads."""
    if container:
        return tuple(replace(check, note="a container reads the artifact as it likes") for check in _ADS)
    results = _Results()
    present = [results.set("score_py", "score.py" in files), results.set("runtime_yaml", "runtime.yaml" in files)]
    if all(present) and _check_score(results, files["score.py"].read()):
        _check_runtime(results, files["runtime.yaml"].read(), conda=conda, locked=locked)
    return results.done()


def ads_results(checks: Iterable[Check]) -> dict[str, Json]:
    """ADS's checks as `test_json_output.json` and `ArtifactTestResults` hold them."""
    return {check.key: _ads_entry(check) for check in checks if not check.ours}


class _Results:
    """Collects results by key; what nobody reached stays Skipped."""

    def __init__(self) -> None:
        self._checks = {check.key: check for check in _ADS}

    def set(self, key: str, passed: bool, *, value: str | None = None, more: str = "") -> bool:
        check = self._checks[key]
        status = Status.PASSED if passed else Status.FAILED
        self._checks[key] = replace(check, status=status, value=value, error=check.error + more)
        return passed

    def skip(self, key: str, why: str) -> None:
        self._checks[key] = replace(self._checks[key], note=why)

    def done(self) -> tuple[Check, ...]:
        return tuple(self._checks.values())


def _ads_entry(check: Check) -> dict[str, Json]:
    entry: dict[str, Json] = {
        "category": check.category,
        "description": check.description,
        "error_msg": check.error,
    }
    if check.key == "score_py":  # the one entry to which ADS gives its own key
        entry = {"key": check.key, **entry}
    if check.status is not Status.SKIPPED:
        entry["success"] = check.status is Status.PASSED
    if check.value is not None:
        entry["value"] = check.value
    return entry


def _check_score(results: _Results, source: bytes) -> bool:
    functions = _functions(source)
    if isinstance(functions, str):
        return results.set("score_syntax", passed=False, more=functions)
    results.set("score_syntax", passed=True)
    defined = [results.set(f"score_{name}", name in functions) for name in ("predict", "load_model")]
    return all(defined) and _check_arguments(results, functions["predict"])


@functools.lru_cache(maxsize=4)  # a build asks three times: for the artifact, its record and its report
def _functions(source: bytes) -> Mapping[str, ast.arguments] | str:
    """The top-level functions, or what is wrong with the syntax."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return str(problem)
    return {node.name: node.args for node in module.body if isinstance(node, ast.FunctionDef)}


def _check_arguments(results: _Results, arguments: ast.arguments) -> bool:
    names = [argument.arg for argument in arguments.args]
    if not results.set("score_predict_data", names[:1] == ["data"]):
        return False
    return results.set("score_predict_arg", len(arguments.defaults) == len(names) - 1)


def _check_runtime(results: _Results, text: bytes, *, conda: bool, locked: bool) -> None:
    runtime = runtime_document(text)
    if not results.set("runtime_version", runtime.get("MODEL_ARTIFACT_VERSION") == "3.0"):
        return
    found = dict(runtime_leaves(runtime.get("MODEL_DEPLOYMENT")))
    python, path = found.get("INFERENCE_PYTHON_VERSION"), found.get("INFERENCE_ENV_PATH")
    if not conda and not python and not path:
        for key in ("runtime_env_python", "runtime_env_path", "runtime_path_exist"):
            results.skip(key, "no conda environment: for the local target and for containers")
        return
    good = _PYTHON.match(str(python)) is not None
    results.set("runtime_env_python", good, value=str(python) if good else None)
    results.set("runtime_env_path", bool(path), value=str(path) if path else None)
    if locked and path:
        results.set("runtime_path_exist", passed=True)
    else:
        results.skip("runtime_path_exist", "not asked: manifact.lock does not list this path")


@functools.lru_cache(maxsize=4)  # the same for every model of an environment
def runtime_document(text: bytes) -> Mapping[str, Json]:
    """What runtime.yaml says; nothing when it cannot be read."""
    try:
        data = parse_document(text.decode(), "runtime.yaml").data
    except (CompilerError, UnicodeDecodeError):
        return {}
    return data if isinstance(data, dict) else {}


def runtime_leaves(value: Json) -> list[tuple[str, Json]]:
    """Every key with a value that is no mapping, at any depth, as ADS looks for them."""
    if not isinstance(value, dict):
        return []
    nested = [leaf for item in value.values() for leaf in runtime_leaves(item)]
    return [(key, item) for key, item in value.items() if not isinstance(item, dict)] + nested
