"""The job as files: a program for Spark with the modules that executors import in it, the artifact as a zip archive."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.emit.zipstream import stream_zip
from compiler.introspection.files import directory_files
from compiler.ir import SourceFile

JOB, ARTIFACT = "score_job.py", "artifact.zip"
MODULES = (
    "ir.py",
    "readers/samples/infer.py",
    "readers/samples/moments.py",
    "scoring/rows/answers.py",
    "scoring/rows/cells.py",
    "scoring/rows/executor.py",
    "scoring/rows/scorer.py",
    "scoring/rows/spec.py",
    "serving/scoring.py",
)
"""Below the package: all that an executor imports of it, and nothing beyond the standard library and pyarrow."""
_PROGRAM = Path(__file__).with_name("score_job.txt")
_WHEN = (1980, 1, 1, 0, 0, 0)


def write_job(folder: Path, artifact: Path, defaults: Mapping[str, Any]) -> Path:
    """Write job and artifact into the folder, which is made; the same inputs give the same bytes.

    `defaults` are options of the job by name. Returns the job. Raises `CompilerError` MF832 for an artifact that needs
    a Spark of its own, and OSError.
    """
    if b"pyspark" in (artifact / "score.py").read_bytes():
        hint = "use --engine local, or Spark's own PipelineModel.transform"
        raise failure("MF832", "a Spark model cannot be loaded within an executor of Spark", hint=hint)
    folder.mkdir(parents=True, exist_ok=True)
    program = _PROGRAM.read_text(encoding="utf-8")
    modules = base64.b64encode(_modules()).decode("ascii")
    program = program.replace("@DEFAULTS@", json.dumps(dict(defaults))).replace("@MODULES@", modules)
    job = folder / JOB
    job.write_text(program, encoding="utf-8")
    with (folder / ARTIFACT).open("wb") as file:
        for chunk in stream_zip(_tree(artifact)):
            file.write(chunk)
    return job


def _modules() -> bytes:
    """The modules as a zip archive, with packages that are empty: nothing else of ours is there."""
    root = Path(__file__).parents[2]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(_packages()):
            archive.writestr(zipfile.ZipInfo(f"compiler/{name}__init__.py", _WHEN), "")
        for name in MODULES:
            info = zipfile.ZipInfo(f"compiler/{name}", _WHEN)
            archive.writestr(info, (root / name).read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _packages() -> set[str]:
    """Folders of the modules, each with a slash at its end; the package itself is the empty text."""
    parents = {parent.as_posix() for name in MODULES for parent in Path(name).parents}
    return {"" if parent == "." else f"{parent}/" for parent in parents}


def _tree(artifact: Path) -> dict[str, SourceFile]:
    return {
        name: SourceFile(name, artifact / name, file.size, file.sha256())
        for name, file in directory_files(artifact).items()
    }
