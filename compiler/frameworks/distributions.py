"""Import names and the distributions that bring them: one table, used in both directions."""

from __future__ import annotations

import re

_DIFFERENT = """
PIL pillow, bs4 beautifulsoup4, cv2 opencv-python, dateutil python-dateutil, fastai fastai, feature_engine
feature-engine, hdbscan hdbscan, imblearn imbalanced-learn, kmodes kmodes, lime lime, mlxtend mlxtend, pkg_resources
setuptools, pygam pygam, pyod pyod, sentence_transformers sentence-transformers, skimage scikit-image, sklearn
scikit-learn, sklearn_crfsuite sklearn-crfsuite, sklearn_pandas sklearn-pandas, sklego scikit-lego, skopt
scikit-optimize, sksurv scikit-survival, sktime sktime, skorch skorch, statsmodels statsmodels, tslearn tslearn, umap
umap-learn, yaml PyYAML, category_encoders category-encoders, pmdarima pmdarima, prophet prophet, shap shap, econml
econml, dowhy dowhy, lightning lightning, pytorch_lightning pytorch-lightning, pytorch_tabnet pytorch-tabnet, rgf
rgf_python, interpret interpret-core, imodels imodels, gensim gensim, spacy spacy, nltk nltk, datasets datasets
"""
_SAME = """
accelerate catboost cloudpickle dill flaml h2o joblib keras lifelines lightgbm lz4 ngboost numba numpy onnx onnxruntime
optuna pandas peft polars pyarrow pyspark pytz safetensors scipy skops tensorflow tokenizers torch torchvision
transformers xgboost tpot mapie tabpfn autogluon cuml hmmlearn holidays
"""
DISTRIBUTIONS: dict[str, str] = {
    **{name: name for name in _SAME.split()},
    **{words[0]: words[1] for words in (entry.split() for entry in _DIFFERENT.split(","))},
}
"""Import name -> distribution."""
_BUILDS = {"tensorflow-cpu": "tensorflow", "xgboost-cpu": "xgboost", "onnxruntime-gpu": "onnxruntime"}
_MODULES = {canonical: name for name, canonical in ((n, d.lower().replace("_", "-")) for n, d in DISTRIBUTIONS.items())}

FRAMEWORK_OF = {"torch": "pytorch", "onnxruntime": "onnx"}
"""Distribution -> framework, where the two have different names."""
CONDA_NAMES = {
    "torch": ("pytorch", "pytorch-cpu", "pytorch-gpu"),
    "xgboost": ("py-xgboost", "py-xgboost-cpu", "py-xgboost-gpu", "xgboost-cpu"),
    "onnxruntime": ("onnxruntime-gpu",),
    "lightgbm": ("lightgbm-cpu",),
    "keras": ("tensorflow", "tensorflow-cpu", "tensorflow-gpu"),
    "tensorflow": ("tensorflow-gpu", "tensorflow-base"),
}
"""Distribution -> what conda and other builds of it are called."""


def distribution_of(module: str) -> str | None:
    """The distribution that brings a module, None for one that is not known: it may be the user's own."""
    return DISTRIBUTIONS.get(module.partition(".")[0])


def module_of(distribution: str) -> str:
    """The module that a distribution is imported as."""
    name = re.sub(r"[-_.]+", "-", distribution).lower()
    name = _BUILDS.get(name, name)
    # A dot is most often that of a namespace package: ruamel.yaml, google.protobuf.
    return _MODULES.get(name, distribution.lower().replace("-", "_"))
