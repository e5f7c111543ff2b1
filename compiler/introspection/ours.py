"""What ADS does not look at: integrity, schemas, and whether Python runs what people read.

No check here reads a model.
"""

from __future__ import annotations

import json
from dataclasses import replace

from compiler.introspection.check import Check, Status
from compiler.introspection.files import Files
from compiler.introspection.python_files import foreign_coding, shadowing
from compiler.ir import Json

_MAX_MODULE = 4 << 20
"""Bytes above which a `.py` file is data."""


def our_checks(files: Files) -> tuple[Check, ...]:
    """Integrity, the two schemas, and the Python modules."""
    schemas = (_schema(files, name) for name in ("input_schema.json", "output_schema.json"))
    return (*_integrity(files), *schemas, _shadowing(files), _coding(files))


def _shadowing(files: Files) -> Check:
    check = Check(
        "python_modules",
        "Python",
        "Check that no file takes the place of a module of Python's own",
        "A file beside score.py would be imported instead of a module of Python's own: rename it.",
        ours=True,
    )
    found = [f"{path} instead of '{name}'" for path, name in shadowing(files)]
    return replace(check, status=Status.FAILED if found else Status.PASSED, note="; ".join(found[:5]))


def _coding(files: Files) -> Check:
    check = Check(
        "python_coding",
        "Python",
        "Check that every Python file is UTF-8",
        "A Python file declares a coding that is not UTF-8, so that other code runs than is read: save it as UTF-8.",
        ours=True,
    )
    modules = sorted(path for path, file in files.items() if path.endswith(".py") and file.size <= _MAX_MODULE)
    found = [f"{path} is {coding}" for path in modules if (coding := foreign_coding(files[path].read()))]
    return replace(check, status=Status.FAILED if found else Status.PASSED, note="; ".join(found[:5]))


def _integrity(files: Files) -> tuple[Check, ...]:
    """Every file against model_artifact_manifest.json."""
    check = Check(
        "artifact_files",
        "Integrity",
        "Check that every file has the size and SHA-256 of model_artifact_manifest.json",
        "The files are not those of model_artifact_manifest.json.",
        ours=True,
    )
    if "model_artifact_manifest.json" not in files:
        return (replace(check, note="there is no model_artifact_manifest.json"),)
    wrong = _differences(files)
    return (replace(check, status=Status.FAILED if wrong else Status.PASSED, note="; ".join(wrong[:5])),)


def _differences(files: Files) -> list[str]:
    try:
        listed = json.loads(files["model_artifact_manifest.json"].read())["files"]
        expected = {str(path): (entry["size"], entry["sha256"]) for path, entry in listed.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["model_artifact_manifest.json cannot be read"]
    present = set(files) - {"model_artifact_manifest.json"}
    wrong = [f"{path} is missing" for path in sorted(set(expected) - present)]
    wrong += [f"{path} is not listed" for path in sorted(present - set(expected))]
    for path in sorted(present & set(expected)):
        if expected[path][0] != files[path].size or expected[path][1] != files[path].sha256():
            wrong.append(f"{path} has changed")
    return wrong


def _schema(files: Files, name: str) -> Check:
    check = Check(
        name.replace(".", "_"),
        "Schemas",
        f"Check that {name} is valid JSON and names every column once",
        f"{name} cannot be used.",
        ours=True,
    )
    if name not in files:
        return replace(check, note=f"there is no {name}")
    try:
        document = json.loads(files[name].read(), parse_constant=_no_constant)
        names = [str(column["name"]) for column in document["schema"]]
    except (ValueError, KeyError, TypeError) as problem:
        return replace(check, status=Status.FAILED, note=str(problem))
    once = len(set(names)) == len(names)
    return replace(
        check, status=Status.PASSED if once else Status.FAILED, note="" if once else "a column appears twice"
    )


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
