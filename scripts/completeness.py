"""The completeness run: every estimator, on arrays and frames, by every way of pickling, compiles and verifies.

    python scripts/completeness.py PACKAGE [--ways joblib,...] [--verify joblib,...] [--every N] [--seconds S]

Fits every public estimator of the package that predicts or transforms, pickles it, compiles a project around it without
a line in `allow`, and runs the artifact by `verify` against the estimator's own answers (for the ways of `--verify`;
others are compiled). Prints what failed and the share that did not. A run is long: `--every 5` takes each fifth.
"""

from __future__ import annotations

import argparse
import io
import pickle
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from pickled_objects import TARGETS, X, instances  # noqa: E402

from compiler import CompilerError, Project  # noqa: E402

METHODS = ("predict", "transform", "predict_proba", "decision_function")


def by_joblib(value: Any) -> bytes:
    import joblib

    buffer = io.BytesIO()
    joblib.dump(value, buffer)
    return buffer.getvalue()


def by_cloudpickle(value: Any) -> bytes:
    import cloudpickle

    return cloudpickle.dumps(value)  # type: ignore[no-any-return]


WAYS: dict[str, Callable[[Any], bytes]] = {
    "pickle2": lambda value: pickle.dumps(value, 2),
    "pickle5": lambda value: pickle.dumps(value, 5),
    "joblib": by_joblib,
    "cloudpickle": by_cloudpickle,
}


def estimators(package: str) -> Iterator[tuple[str, type]]:
    if package == "sklearn":
        from sklearn.utils import all_estimators

        yield from all_estimators()
        return
    from make_library_tables import estimators as of_library

    seen = set()
    for cls in of_library(package):
        if cls not in seen and not cls.__name__.startswith(("_", "Base")):
            seen.add(cls)
            yield cls.__name__, cls


def fitted(cls: type, rows: Any) -> Any:
    """The estimator fitted on the rows; None when it takes no table of numbers."""
    for estimator in instances(cls):
        for target in TARGETS:
            try:
                return estimator.fit(rows, target)
            except Exception:
                continue
    return None


def project(folder: Path, model: Any, content: bytes, rows: Any) -> bool:
    """Write a model, its samples and its manifest; whether its answers are known."""
    import numpy as np
    import pandas as pd

    (folder / "model.bin").write_bytes(content)
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=[f"x{n}" for n in range(4)])
    frame.head(6).to_csv(folder / "in.csv", index=False)
    method = next(name for name in METHODS if hasattr(model, name))
    lines = ["apiVersion: manifact/v1", "kind: Model", "metadata: {name: subject}", "spec:"]
    lines += ["  model: {path: model.bin}", f"  score: {{method: {method}}}", "  samples:", "    input: in.csv"]
    answers = getattr(model, method)(rows[:6])
    answers = answers.toarray() if hasattr(answers, "toarray") else answers
    known = not isinstance(answers, tuple) and np.ndim(answers) in {1, 2}
    if known:
        table = pd.DataFrame(np.asarray(answers))
        table.columns = [f"y{n}" for n in range(table.shape[1])]
        table.to_csv(folder / "out.csv", index=False)
        lines.append("    output: out.csv")
    (folder / "model.yaml").write_text("\n".join(lines) + "\n")
    return known


def tried(model: Any, way: str, rows: Any, verify: bool) -> str:
    """What is said of one estimator, input and way; empty when all is well."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder, model, WAYS[way](model), rows)
        try:
            if verify:
                Project(folder).verify(timeout=120)
            else:
                Project(folder).compile()
        except CompilerError as error:
            return f"{error.diagnostics[0].code} {error.diagnostics[0].message}"[:200]
    return ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--verify", default="joblib")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    import pandas as pd

    inputs = {"array": X, "frame": pd.DataFrame(X, columns=list("abcd"))}
    done = failed = verified = 0
    until = time.monotonic() + options.seconds
    for number, (name, cls) in enumerate(estimators(options.package)):
        if number % options.every or time.monotonic() > until:
            continue
        for kind, rows in inputs.items():
            model = fitted(cls, rows)
            if model is None or not any(hasattr(model, method) for method in METHODS):
                print(f"not tried: {name} {kind}", flush=True)
                continue
            for way in options.ways.split(","):
                try:
                    said = tried(model, way, rows, way in options.verify.split(","))
                except Exception as error:
                    print(f"not tried: {name} {kind} {way}: {type(error).__name__}: {error}"[:160], flush=True)
                    continue
                done, failed, verified = done + 1, failed + bool(said), verified + (way in options.verify.split(","))
                if said:
                    print(f"{name} {kind} {way}: {said}", flush=True)
    print(f"{options.package}: {done} tried, {verified} of them verified, {failed} failed", flush=True)


if __name__ == "__main__":
    main()
