"""The completeness run: every estimator, on arrays and frames, by every way of pickling, compiles and verifies.

    python scripts/completeness.py PACKAGE [--ways joblib,...] [--verify turn|joblib,...] [--part 1/2] [--only NAMES]

Fits every public estimator of the package, pickles it, compiles a project around it without a line in `allow`, and runs
the artifact by `verify` against the estimator's own answers: by the ways of `--verify`, or by one way an input in turn;
the other ways are compiled. What neither predicts nor transforms, or takes dicts or images, is only judged. Prints what
failed, and counts.
"""

from __future__ import annotations

import argparse
import io
import pickle
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from pickled_objects import TARGETS, TARGETS_OF, TEXTS, X, instances  # noqa: E402

from compiler import CompilerError, Project  # noqa: E402
from compiler.readers.pickles import read_pickle  # noqa: E402

FOLLOWS = (X[:, 0] > 0.5).astype(int)
"""A target that a column decides: selections by a test keep something."""
MAX_COLUMNS = 10_000
"""Columns of an output sample; HashingVectorizer answers with a million."""
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
    """The estimator fitted on the rows, so that it answers with something; None when it does not take them."""
    for estimator in instances(cls):
        for target in TARGETS_OF.get(cls.__module__.split(".", 1)[0], (*TARGETS, FOLLOWS)):
            try:
                model = estimator.fit(rows, target)
                if _answers(model, rows):
                    return model
            except Exception:
                continue
    return None


def _answers(model: Any, rows: Any) -> bool:
    """Whether the model has a column to answer with: a selection may keep none."""
    method = next((name for name in METHODS if hasattr(model, name)), None)
    return method is None or 0 not in getattr(getattr(model, method)(rows[:6]), "shape", ())


def inputs(cls: type) -> dict[str, Any]:
    """What an estimator is fitted on; after the tables what is for those that take no table of several numbers."""
    import numpy as np
    import pandas as pd

    texts = [" ".join(f"{word}word" for word in text.split()) for text in TEXTS]
    tags = _tags(cls)
    if tags is not None and tags.string and not tags.two_d_array:
        return {"texts": texts}
    if tags is not None and tags.dict:
        return {"dicts": [{"a": float(n), "b": word} for n, word in enumerate(texts)]}
    if tags is not None and tags.three_d_array:
        return {"images": np.ones((12, 20, 20))}
    frame = pd.DataFrame(X, columns=list("abcd"))
    gaps = X.copy()
    gaps[::3, 1] = np.nan
    return {"array": X, "frame": frame, "column": X[:, :1], "texts": texts, "gaps": gaps}


def _tags(cls: type) -> Any:
    """scikit-learn's word on what an estimator takes; None for those of other libraries."""
    if not cls.__module__.startswith("sklearn."):
        return None
    from sklearn.utils import get_tags

    return next((get_tags(estimator).input_tags for estimator in instances(cls)), None)


def fits(cls: type) -> Iterator[tuple[str, Any, Any]]:
    """Input by name, rows and the model fitted on them: the tables, or the first other input that it takes."""
    found = False
    for kind, rows in inputs(cls).items():
        if found and kind not in {"array", "frame"}:
            return
        model = fitted(cls, rows)
        if model is not None:
            found = True
            yield kind, rows, model


def project(folder: Path, model: Any, content: bytes, rows: Any) -> None:
    """Write a model, its samples and its manifest, with the estimator's own answers where they are a table."""
    import numpy as np
    import pandas as pd

    (folder / "model.bin").write_bytes(content)
    _frame(rows).head(6).to_csv(folder / "in.csv", index=False)
    method = next(name for name in METHODS if hasattr(model, name))
    lines = ["apiVersion: manifact/v1", "kind: Model", "metadata: {name: subject}", "spec:"]
    lines += ["  model: {path: model.bin}", f"  score: {{method: {method}}}", "  samples:", "    input: in.csv"]
    answers = getattr(model, method)(rows[:6])
    answers = answers.toarray() if hasattr(answers, "toarray") and answers.shape[-1] <= MAX_COLUMNS else answers
    if not isinstance(answers, tuple) and np.ndim(answers) in {1, 2} and np.shape(answers)[-1] <= MAX_COLUMNS:
        table = pd.DataFrame(np.asarray(answers))
        table.columns = [f"y{n}" for n in range(table.shape[1])]
        table.to_csv(folder / "out.csv", index=False)
        lines.append("    output: out.csv")
    (folder / "model.yaml").write_text("\n".join(lines) + "\n")


def _frame(rows: Any) -> Any:
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return rows
    if isinstance(rows, list):
        return pd.DataFrame({"text": rows})
    return pd.DataFrame(rows, columns=[f"x{n}" for n in range(rows.shape[1])])


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
            return f"{error.diagnostics[0].code} {error.diagnostics[0].message}"[:300]
    return ""


def servable(model: Any, kind: str) -> bool:
    """Whether a model answers at all, and to rows of a table."""
    return kind not in {"dicts", "images"} and any(hasattr(model, method) for method in METHODS)


def judged(model: Any, way: str) -> str:
    """What the gate says of an estimator that neither predicts nor transforms; empty when it knows all of it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "model.bin"
        path.write_bytes(WAYS[way](model))
        try:
            return " ".join(read_pickle(path).unknown)
        except CompilerError as error:
            return f"{error.diagnostics[0].code} {error.diagnostics[0].message}"[:300]


class Run:
    """Tries estimators, prints what fails, and counts."""

    def __init__(self, ways: list[str], verify: list[str]) -> None:
        self.ways, self.verify = ways, verify
        self.counts: Counter[str] = Counter()
        self._turn = 0

    def estimator(self, name: str, cls: type) -> None:
        """Try one estimator on each input and by each way."""
        found = False
        for kind, rows, model in fits(cls):
            found = True
            self._turn += 1
            for number, way in enumerate(self.ways):
                self._one(f"{name} {kind} {way}", kind, model, way, rows, self._verified(way, number))
        if not found:
            self._print("not fitted", name)

    def _verified(self, way: str, number: int) -> bool:
        return way in self.verify or (self.verify == ["turn"] and number == self._turn % len(self.ways))

    def _one(self, what: str, kind: str, model: Any, way: str, rows: Any, verify: bool) -> None:
        try:
            if not servable(model, kind):
                said = judged(model, way)
                self.counts["judged only"] += 1
            else:
                said = tried(model, way, rows, verify)
                self.counts["verified" if verify else "compiled"] += 1
        except Exception as error:
            self._print("not tried", f"{what}: {type(error).__name__}: {error}"[:200])
            return
        if said:
            self._print("failed", f"{what}: {said}")

    def _print(self, result: str, what: str) -> None:
        self.counts[result] += 1
        print(f"{result}: {what}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--verify", default="turn", help="ways that are verified; turn: one way an input, in turn")
    parser.add_argument("--only", default="", help="names of estimators")
    parser.add_argument("--part", default="1/1", help="2/3: the second of three parts")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    part, parts = map(int, options.part.split("/"))
    only = set(filter(None, options.only.split(",")))
    run = Run(options.ways.split(","), options.verify.split(","))
    for number, (name, cls) in enumerate(estimators(options.package)):
        if number % parts == part - 1 and (not only or name in only):
            run.estimator(name, cls)
    print(f"{options.package}: {dict(run.counts)}", flush=True)


if __name__ == "__main__":
    main()
