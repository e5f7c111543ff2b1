"""scikit-learn: estimators, and pipelines of it that hold others' estimators."""

from __future__ import annotations

from compiler.frameworks.base import ColumnPolicy, Framework, ModelFile
from compiler.frameworks.pickle_formats import PICKLE, SKOPS
from compiler.ir import ModelFacts


class ScikitLearn(Framework):
    """joblib and pickle files, compressed or not, and skops archives."""

    name = "scikit-learn"
    formats = (SKOPS, PICKLE)
    score_template = "sklearn/score.py.j2"
    libraries = {"scikit-learn": "sklearn", "skops": "skops"}
    # These pick their columns when they begin with a ColumnTransformer.
    columns = ColumnPolicy(pickers=frozenset(("Pipeline", "ColumnTransformer", "GridSearchCV", "RandomizedSearchCV")))

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of the estimator at the root; None when the root is no estimator of scikit-learn's kind."""
        from compiler.frameworks.sklearn.facts import facts

        return facts(model)


FRAMEWORK = ScikitLearn()
