"""What ADS does not look at: that the files are complete and unchanged, and that the schemas can be read."""

from __future__ import annotations

import json
from dataclasses import replace

from compiler.introspection.check import Check, Status
from compiler.introspection.files import Files
from compiler.ir import Json


def our_checks(files: Files) -> tuple[Check, ...]:
    """What ADS does not look at: that the files are complete and unchanged, and that the schemas can be read."""
    return (*_integrity(files), *(_schema(files, name) for name in ("input_schema.json", "output_schema.json")))


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
