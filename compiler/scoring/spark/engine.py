"""The engine `spark`: starts the job as a program of Spark's own Python API, then reads what it reports."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.events import Event, Listener, Phase
from compiler.scoring.request import ScoringOutcome
from compiler.scoring.spark.job import write_job

_RESULT, _MISSING = "manifact-result ", "manifact-missing "
_MASTER = re.compile(r"spark://(\[[^\]]+\]|[^:,]+):(\d+)")
_CONNECT_SECONDS = 5.0
_LOST = ("All masters are unresponsive", "Could not parse Master URL", "Master removed our application", "UnknownHost")
_KEPT_LINES = 400


@dataclass(frozen=True, slots=True)
class SparkJob:
    """What the job is told."""

    artifact: Path
    options: Mapping[str, Any]
    """Options of the job, by name."""
    master: str | None = None
    settings: Sequence[tuple[str, str]] = ()


def score_on_spark(job: SparkJob, name: str, environ: Mapping[str, str], listener: Listener) -> ScoringOutcome:
    """Run the job to its end; the listener hears what Spark writes when it fails.

    Raises `CompilerError` MF827 without PySpark or Java, MF828 when the master does not answer, MF829 when the job
    fails, MF822, MF823 and MF830 as the engine `local` does.
    """
    _check_spark(environ)
    _check_master(job.master)
    with tempfile.TemporaryDirectory(prefix="manifact-spark-") as scratch:
        program = write_job(Path(scratch), job.artifact, job.options)
        words = [sys.executable, str(program)]
        words += ["--master", job.master] if job.master else []
        words += [word for key, value in job.settings for word in ("--conf", f"{key}={value}")]
        listener(Event(Phase.PROGRESS, name, "the Spark job runs"))
        return _outcome(_run(words, environ, Path(scratch)), job)


def _run(words: Sequence[str], environ: Mapping[str, str], scratch: Path) -> tuple[int, str, str]:
    """Exit status, standard output, standard error; Ctrl-C ends Spark too."""
    variables = {**environ, "PYSPARK_PYTHON": environ.get("PYSPARK_PYTHON", sys.executable)}
    variables.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    log = scratch / "stderr"
    with log.open("wb") as errors:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, env=variables)
        try:
            output, _ = process.communicate()
        finally:
            process.kill()
            process.wait()
    text = log.read_text(encoding="utf-8", errors="replace")
    return process.returncode, output.decode("utf-8", "replace"), "\n".join(text.splitlines()[-_KEPT_LINES:])


def _outcome(ended: tuple[int, str, str], job: SparkJob) -> ScoringOutcome:
    status, output, errors = ended
    line = next((line for line in reversed(output.splitlines()) if line.startswith(_RESULT)), None)
    if line is None:
        raise _failure(status, errors)
    found = json.loads(line.removeprefix(_RESULT))
    if job.options.get("strict") and found["refused"]:
        raise failure("MF823", f"{found['refused']} rows are refused; the first: {found['reason']}")
    if found["refused"] and not found["scored"]:
        raise failure("MF823", f"none of the {found['refused']} rows is taken; the first: {found['reason']}")
    rows = found["scored"] + found["refused"]
    return ScoringOutcome(rows, found["scored"], found["refused"], 0, 0, tuple(found["columns"]), found["reason"])


def _failure(status: int, errors: str) -> CompilerError:
    if _MISSING in errors:
        names = json.loads(errors.split(_MISSING, 1)[1].splitlines()[0])
        return CompilerError(*(Diagnostic("MF822", f"the input has no column '{name}'") for name in names))
    if words := next((words for words in _LOST if words in errors), None):
        return failure("MF828", f"Spark reports: {words}")
    wrong = re.search(r"AnswerError: (.*)", errors)
    if wrong:
        return failure("MF830", wrong.group(1))
    return failure("MF829", f"the Spark job ended with exit code {status}: {_last_words(errors)}")


def _last_words(errors: str) -> str:
    """The line that says what went wrong: of the last Python exception, else the last line."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b.*:", line) and not line.startswith("at ")]
    return (named or lines or ["no reason was given"])[-1][:500]


def _check_spark(environ: Mapping[str, str]) -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise failure("MF827", "this Python has no PySpark", hint="pip install 'manifact[spark,score]'")
    home = environ.get("JAVA_HOME")
    java = (
        shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java", path=environ.get("PATH"))
    )
    if java is None:
        where = f"JAVA_HOME ({home})" if home else "PATH"
        raise failure(
            "MF827", f"Spark needs Java, and there is none in {where}", hint="install Java 17, or set JAVA_HOME"
        )


def _check_master(master: str | None) -> None:
    """A standalone master that no connection is possible to is told at once: Spark itself takes minutes for that."""
    found = _MASTER.match(master or "")
    if found is None:
        return
    try:
        socket.create_connection((found.group(1).strip("[]"), int(found.group(2))), _CONNECT_SECONDS).close()
    except OSError as problem:
        raise failure("MF828", f"the master {master} does not answer: {problem.strerror or problem}") from None
