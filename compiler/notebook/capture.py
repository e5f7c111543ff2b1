"""Capture: an estimator in memory to a folder with model file, samples, own modules and `model.yaml`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.engine.artifact.init import InitRequest, init_manifest
from compiler.engine.artifact.inspect import inspect
from compiler.engine.artifact.own_modules import imported_modules
from compiler.engine.checkout import Checkout
from compiler.notebook.loaded import own_source
from compiler.notebook.model import Model
from compiler.notebook.samples import declared_dtypes, first_rows, plain, write_answers, write_input
from compiler.notebook.writers import writer_of
from compiler.workspace.names import slug
from compiler.workspace.root import MANIFEST_FILE

_SESSIONS = ("NB_SESSION_OCID", "JOB_RUN_OCID")
"""What OCI Data Science sets in a notebook session and in a job run (ADS 2.16.1 reads the same)."""


def capture(
    estimator: Any,
    X: Any,  # noqa: N803 - the name that scikit-learn gives to it
    y: Any = None,
    *,
    directory: str | os.PathLike[str] | None = None,
    name: str | None = None,
    use_case: str | None = None,
    environment: str | None = None,
) -> Model:
    """Write a fitted model, a sample of its input `X` and its own answers, and a manifest; returns the `Model`.

    `X` is a data frame, an array or a tensor of shape (rows, ...); its first 1,000 rows become the sample. `y`, the
    truth for them, is kept where the model has no `predict`. The folder `directory` is made; without one it is `name`,
    or is called after the estimator's class. A manifest that is there stays as it is; everything else is written anew.
    `environment` is the slug or the oci:// path of a conda pack, `use_case` one of those of the manifest.

    The model is asked in this process. Raises `CompilerError` MF608 where a library is needed that this session has not
    imported, MF207 for a class that only this session knows, MF303 for data that cannot be a sample, MF902 for another
    model's manifest in the folder, and what compile would refuse.
    """
    folder = Path(directory or name or slug(type(estimator).__name__)).resolve()
    _check_free(folder, name)
    samples = folder / "samples"
    samples.mkdir(parents=True, exist_ok=True)
    rows, writer = first_rows(X), writer_of(estimator)
    model = writer.write(estimator, rows, folder)
    given = write_input(rows, samples)
    answers = writer.answers(estimator, rows)
    output = write_answers(answers, samples) if answers is not None else None
    labels = None if y is None or output else _write_labels(y, samples)
    _bring_modules(model, folder)
    captured = Model(folder)
    if (folder / MANIFEST_FILE).exists():
        captured.validate()
        return captured
    request = InitRequest(
        model,
        name or slug(folder.name),
        given,
        output,
        labels,
        environment=environment,
        use_case=use_case,
        dtypes=declared_dtypes(rows, given),
        training_id=_session(os.environ),
        allow=writer.allowed(model),
    )
    result = init_manifest(Checkout(Path.cwd(), None, os.environ), request)
    if result.exit_code:
        raise CompilerError(*result.diagnostics)
    return captured


def _check_free(folder: Path, name: str | None) -> None:
    """Raise MF902 where the folder holds the manifest of another model."""
    if name is None or not (folder / MANIFEST_FILE).exists():
        return
    if (there := Model(folder).name) != name:
        raise failure("MF902", f"{folder.name} holds the model '{there}'", hint="name another directory")


def _write_labels(y: Any, samples: Path) -> Path:
    return write_answers(plain(first_rows(y)), samples).rename(samples / "labels.json")


def _bring_modules(model: Path, folder: Path) -> None:
    """Copy the user's own modules that the model file names, and those that they import, beside it."""
    names = inspect(model).unknown
    _refuse_session_code(names)
    waiting = {name.partition(".")[0] for name in names}
    done: set[str] = set()
    while waiting:
        module = waiting.pop()
        done.add(module)
        source = own_source(module)
        if source is None:
            continue
        waiting |= set(imported_modules(source)) - done
        if source.parent != folder:
            _copy(source, folder / source.name)


def _refuse_session_code(names: tuple[str, ...]) -> None:
    """Raise MF207 for classes and functions that exist in the session only: a pickle names them, and holds none."""
    found = [name.partition(".")[2] for name in names if name.startswith("__main__.")]
    if found:
        hint = "move it into a module (a .py file beside the notebook), import it from there and fit again; or import "
        hint += "cloudpickle, which keeps the code with the model, and capture again"
        raise failure("MF207", f"{', '.join(found)} exists in this session only", hint=hint)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def _session(environ: Mapping[str, str]) -> str | None:
    """OCID of the notebook session or job run that this is."""
    return next((value for key in _SESSIONS if (value := environ.get(key, "")).startswith("ocid1.")), None)
