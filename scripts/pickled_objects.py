"""Objects to pickle, for the recorder and for the tests of completeness: what models are and hold, fitted for real."""

# ruff: noqa: E501, PLW0108 - one line an object; each maker is a function, so that what a release lacks fails alone
from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_RANDOM = np.random.RandomState(0)
X = np.abs(_RANDOM.rand(60, 4))
CLASSES = np.arange(60) % 2
NAMES = np.where(CLASSES, "yes", "no")
NUMBERS = X[:, 0] * 3 + 1
TEXTS = ["a b c", "b c d e", "c d a", "f a"] * 15
TARGETS = (CLASSES, NUMBERS, np.c_[NUMBERS, NUMBERS], np.c_[CLASSES, CLASSES], NAMES, np.arange(60) % 3)
SURVIVAL = np.array(list(zip(CLASSES > 0, NUMBERS, strict=True)), dtype=[("event", "?"), ("time", "f8")])
"""Whether and when: what survival models are fitted on."""
TARGETS_OF: dict[str, tuple[Any, ...]] = {"sksurv": (SURVIVAL,)}


def objects_of(package: str) -> Iterator[tuple[str, Any]]:
    """Named objects of a package; what a release does not have is left out."""
    warnings.simplefilter("ignore")
    makers = {
        "sklearn": _sklearn, "scipy": _scipy, "xgboost": _xgboost, "lightgbm": _lightgbm, "statsmodels": _statsmodels,
    }  # fmt: skip
    yield from makers.get(package, lambda: _library(package))()


def fitted(estimator: Any, targets: tuple[Any, ...] = TARGETS) -> Iterator[Any]:
    """The estimator fitted on each input and target that it takes; as it is when it takes none."""
    from sklearn.base import clone

    found = False
    frame = _frame()
    for rows in (X, frame, TEXTS, np.abs(np.round(X * 3)).astype(int)):
        for target in targets:
            try:
                yield clone(estimator).fit(rows, target)
                found = True
            except Exception:
                continue
        if found and rows is frame:
            return
    if not found:
        for arguments in ((NUMBERS, NUMBERS), (TARGETS[3],), (NAMES,), ([["a"], ["a", "b"]] * 30,)):
            try:
                yield clone(estimator).fit(*arguments)
                return
            except Exception:
                continue
        yield estimator


def _frame() -> Any:
    import pandas as pd

    return pd.DataFrame(X, columns=list("abcd"))


def _tries(makers: list[Callable[[], Any]]) -> Iterator[tuple[str, Any]]:
    for maker in makers:
        try:
            yield inspect.getsource(maker).strip()[:60], maker()
        except Exception as error:
            print(f"not made: {inspect.getsource(maker).strip()[:90]}: {error}"[:200])


def _sklearn() -> Iterator[tuple[str, Any]]:
    from sklearn.base import BaseEstimator
    from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
    from sklearn.utils import all_estimators

    for name, cls in all_estimators():
        for estimator in instances(cls):
            for model in fitted(estimator):
                yield name, model
    for name, estimator in _tries(configurations()):
        if isinstance(estimator, BaseEstimator) and hasattr(estimator, "fit"):
            for model in fitted(estimator):
                yield name, model
        else:
            yield name, estimator
    yield from _plain("sklearn.model_selection")
    yield from _plain("sklearn.gaussian_process.kernels")


def _plain(module: str) -> Iterator[tuple[str, Any]]:
    """Instances of the public classes of a module that take no arguments."""
    found = importlib.import_module(module)
    for name in getattr(found, "__all__", dir(found)):
        cls = getattr(found, name, None)
        if inspect.isclass(cls) and cls.__module__.startswith(module.split(".", 1)[0]):
            for arguments in ((), (1.0,), (2,)):
                try:
                    yield name, cls(*arguments)
                    break
                except Exception:
                    continue


def instances(cls: type) -> Iterator[Any]:
    """Instances of an estimator class, its required parameters filled in."""
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    needed = {
        name: parameter
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
        if name != "self" and parameter.default is parameter.empty and parameter.kind not in {2, 4}
    }
    choices: list[dict[str, Any]] = []
    for model, other in ((LogisticRegression(), LogisticRegression(C=2.0)), (LinearRegression(), Ridge())):
        choices.append(
            {
                "estimator": model, "base_estimator": model, "regressor": model, "classifier": model,
                "estimators": [("a", model), ("b", other)], "steps": [("a", StandardScaler()), ("b", model)],
                "transformers": [("a", StandardScaler(), [0, 1])], "transformer_list": [("a", StandardScaler())],
                "param_grid": {"C": [0.5, 1.0]} if hasattr(model, "C") else {"fit_intercept": [True]},
                "param_distributions": {"C": [0.5, 1.0]} if hasattr(model, "C") else {"fit_intercept": [True]},
                "dictionary": np.eye(4), "threshold": 0.5, "n_components": 2, "classifiers": [model, other],
                "variables": None, "regressors": [model, other], "meta_classifier": model, "meta_regressor": model,
            }
        )  # fmt: skip
    optional = inspect.signature(cls.__init__).parameters.keys() & {"estimator", "base_estimator", "n_components"}
    for choice in choices if needed else choices[:1]:
        for names in ([*needed], [*needed, *sorted(optional - needed.keys())]):
            try:
                yield cls(**{name: choice[name] for name in names if name in choice})
            except Exception:
                continue


def configurations() -> list[Callable[[], Any]]:
    """Estimators with parameters that change what they hold."""
    from sklearn import (
        compose,
        ensemble,
        feature_selection,
        gaussian_process,
        linear_model,
        metrics,
        model_selection,
        neighbors,
        pipeline,
        preprocessing,
        svm,
        tree,
    )
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

    kernels = gaussian_process.kernels
    ridge, logistic, scaler = linear_model.Ridge(), linear_model.LogisticRegression(), preprocessing.StandardScaler()
    made: list[Callable[[], Any]] = [
        lambda: pipeline.make_pipeline(scaler, preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1), ridge),
        lambda: preprocessing.FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1}),
        lambda: pipeline.Pipeline([("s", "passthrough"), ("m", logistic)]),
        lambda: pipeline.make_union(scaler, preprocessing.MinMaxScaler()),
        lambda: compose.make_column_transformer((scaler, [0]), (preprocessing.OneHotEncoder(), [1]), remainder="drop"),
        lambda: compose.make_column_transformer((scaler, compose.make_column_selector(dtype_include=np.number))),
        lambda: compose.make_column_transformer((scaler, slice(0, 2)), remainder=preprocessing.MinMaxScaler()),
        lambda: compose.TransformedTargetRegressor(ridge, func=np.log1p, inverse_func=np.expm1),
        lambda: compose.TransformedTargetRegressor(ridge, transformer=scaler),
        lambda: CountVectorizer(preprocessor=str.lower),
        lambda: CountVectorizer(tokenizer=str.split, token_pattern=None),
        lambda: TfidfVectorizer(analyzer=str.split, dtype=np.float32),
        lambda: HashingVectorizer(tokenizer=str.split, token_pattern=None),
        lambda: feature_selection.SelectKBest(feature_selection.f_regression, k=2),
        lambda: feature_selection.SelectKBest(feature_selection.mutual_info_classif, k=2),
        lambda: feature_selection.SelectPercentile(feature_selection.chi2),
        lambda: feature_selection.RFE(linear_model.LinearRegression(), importance_getter="coef_"),
        lambda: feature_selection.RFECV(logistic, scoring="accuracy"),
        lambda: feature_selection.SelectFromModel(ensemble.RandomForestClassifier(3)),
        lambda: feature_selection.SequentialFeatureSelector(ridge, n_features_to_select=2, scoring="r2"),
        lambda: neighbors.KNeighborsClassifier(metric="haversine", algorithm="ball_tree"),
        lambda: neighbors.KNeighborsRegressor(metric="manhattan", algorithm="kd_tree"),
        lambda: neighbors.KNeighborsClassifier(metric=metrics.pairwise.euclidean_distances, algorithm="brute"),
        lambda: neighbors.KNeighborsClassifier(algorithm="brute", weights=np.exp),
        lambda: neighbors.KernelDensity(kernel="tophat"),
        lambda: svm.SVC(kernel=metrics.pairwise.rbf_kernel, probability=True),
        lambda: svm.SVC(probability=True, kernel="poly"),
        lambda: svm.SVR(kernel="sigmoid"),
        lambda: tree.DecisionTreeClassifier(splitter="random", max_leaf_nodes=5),
        lambda: ensemble.HistGradientBoostingClassifier(max_iter=3, categorical_features=[0], max_bins=64),
        lambda: ensemble.HistGradientBoostingClassifier(max_iter=3, early_stopping=True, scoring="accuracy"),
        lambda: ensemble.HistGradientBoostingRegressor(max_iter=3, early_stopping=True, scoring="r2"),
        *[lambda loss=loss, more=more: ensemble.HistGradientBoostingRegressor(max_iter=3, loss=loss, **more)
          for loss, more in (("poisson", {}), ("gamma", {}), ("absolute_error", {}), ("quantile", {"quantile": 0.5}))],
        *[lambda loss=loss: ensemble.GradientBoostingRegressor(n_estimators=3, loss=loss)
          for loss in ("huber", "quantile", "absolute_error", "squared_error", "ls", "lad")],
        lambda: ensemble.GradientBoostingClassifier(n_estimators=3, loss="exponential"),
        lambda: ensemble.GradientBoostingRegressor(n_estimators=3, init=ridge),
        *[lambda loss=loss: linear_model.SGDClassifier(loss=loss)
          for loss in ("hinge", "log_loss", "log", "modified_huber", "squared_hinge", "perceptron", "huber",
                       "squared_error", "epsilon_insensitive", "squared_epsilon_insensitive")],
        lambda: linear_model.SGDRegressor(loss="huber", average=True),
        *[lambda power=power: linear_model.TweedieRegressor(power=power) for power in (0, 1, 1.5, 2, 3)],
        lambda: linear_model.RANSACRegressor(linear_model.LinearRegression(), loss="squared_error"),
        lambda: linear_model.LassoCV(cv=model_selection.KFold(3)),
        lambda: linear_model.LogisticRegressionCV(scoring="neg_log_loss", cv=model_selection.StratifiedKFold(3)),
        lambda: ensemble.VotingClassifier([("a", logistic), ("b", tree.DecisionTreeClassifier())], voting="soft"),
        lambda: ensemble.StackingRegressor([("a", ridge)], final_estimator=linear_model.LinearRegression()),
        lambda: ensemble.BaggingClassifier(pipeline.make_pipeline(scaler, logistic), n_estimators=2),
        lambda: ensemble.AdaBoostRegressor(n_estimators=2),
        lambda: ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(1)),
        lambda: ensemble.IsolationForest(n_estimators=2),
        lambda: model_selection.GridSearchCV(logistic, {"C": np.logspace(-1, 1, 2)}, scoring="f1_macro", cv=2),
        lambda: model_selection.GridSearchCV(ridge, {"alpha": [1.0]}, scoring={"a": "r2", "b": "neg_mean_squared_error"},
                                             refit="a", cv=2),
        lambda: model_selection.GridSearchCV(logistic, {"C": [1.0]}, cv=2,
                                             scoring=metrics.make_scorer(metrics.fbeta_score, beta=2)),
        lambda: model_selection.GridSearchCV(
            pipeline.Pipeline([("s", scaler), ("m", logistic)]), {"m": [logistic, tree.DecisionTreeClassifier()]}, cv=2),
        lambda: model_selection.GridSearchCV(ridge, {"alpha": [1.0]}, cv=model_selection.ShuffleSplit(2)),
        lambda: gaussian_process.GaussianProcessRegressor(
            kernels.ConstantKernel() * kernels.RBF() + kernels.WhiteKernel() ** 2),
        lambda: gaussian_process.GaussianProcessRegressor(kernels.Matern() + kernels.RationalQuadratic()),
        lambda: gaussian_process.GaussianProcessRegressor(kernels.ExpSineSquared() + kernels.DotProduct()),
        lambda: gaussian_process.GaussianProcessClassifier(kernels.PairwiseKernel()),
        lambda: kernels.CompoundKernel([kernels.RBF(), kernels.RBF()]),
        lambda: preprocessing.OneHotEncoder(min_frequency=3, handle_unknown="infrequent_if_exist", dtype=np.float32),
        lambda: preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        lambda: preprocessing.KBinsDiscretizer(encode="ordinal"),
        lambda: preprocessing.SplineTransformer(),
        *[lambda name=name: metrics.get_scorer(name) for name in
          ("accuracy", "roc_auc", "neg_log_loss", "neg_brier_score", "average_precision", "r2", "max_error")],
        lambda: metrics.make_scorer(metrics.mean_absolute_error, greater_is_better=False),
        *_newer(),
    ]  # fmt: skip
    return made


def _newer() -> list[Callable[[], Any]]:
    """What not all releases have; each imports its own."""

    def halving() -> Any:
        from sklearn.experimental import enable_halving_search_cv  # noqa: F401
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import HalvingGridSearchCV

        return HalvingGridSearchCV(Ridge(), {"alpha": [0.5, 1.0]}, cv=2)

    def randomized() -> Any:
        from scipy import stats
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import RandomizedSearchCV

        return RandomizedSearchCV(LogisticRegression(), {"C": stats.loguniform(0.1, 1), "max_iter": stats.randint(90, 99)},
                                  n_iter=2, cv=2, random_state=0)  # fmt: skip

    def memory() -> Any:
        from joblib import Memory
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        return Pipeline([("s", StandardScaler()), ("m", Ridge())], memory=Memory(None, verbose=0))

    def cached() -> Any:
        import tempfile

        from joblib import Memory
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        return Pipeline([("s", StandardScaler()), ("m", Ridge())], memory=Memory(tempfile.mkdtemp(), verbose=0))

    def categories() -> Any:
        import pandas as pd
        from sklearn.ensemble import HistGradientBoostingRegressor

        frame = pd.DataFrame({"a": pd.Categorical(["x", "y", "z"] * 20), "b": X[:, 0]})
        return _Fitted(HistGradientBoostingRegressor(max_iter=3, categorical_features="from_dtype").fit(frame, NUMBERS))

    def imputed() -> Any:
        from sklearn.experimental import enable_iterative_imputer  # noqa: F401
        from sklearn.impute import IterativeImputer

        rows = X.copy()
        rows[::7, 1] = np.nan
        rows[::5, 2] = np.nan
        return _Fitted(IterativeImputer().fit(rows))

    def tuned() -> Any:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import TunedThresholdClassifierCV

        return TunedThresholdClassifierCV(LogisticRegression(), scoring="f1")

    def sparse() -> Any:
        from scipy import sparse
        from sklearn.linear_model import LogisticRegression

        return _Fitted(LogisticRegression().fit(sparse.csr_matrix(X), CLASSES).sparsify())

    def bounds() -> Any:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.svm import LinearSVC

        return CalibratedClassifierCV(LinearSVC(), method="isotonic", cv=2)

    return [halving, randomized, memory, cached, categories, imputed, tuned, sparse, bounds]


def _Fitted(model: Any) -> Any:  # noqa: N802
    return (model,)


def _scipy() -> Iterator[tuple[str, Any]]:
    from scipy import interpolate, optimize, spatial, stats

    for name in dir(stats):
        found = getattr(stats, name)
        if isinstance(found, stats.rv_continuous | stats.rv_discrete):
            yield name, found
            for arguments in ((), (2,), (1, 3), (1, 2, 3), (0.5,), (5, 0.5), (1, 2, 3, 4)):
                try:
                    yield f"{name}{arguments}", found(*arguments)
                    break
                except Exception:
                    continue
    line = np.linspace(0.0, 1.0, 9)
    square = np.random.RandomState(0).rand(20, 2)
    yield from _tries([
        lambda: stats.gaussian_kde(X[:, 0]), lambda: stats.rv_histogram(np.histogram(X[:, 0], 5)),
        lambda: stats.multivariate_normal([0, 1]), lambda: stats.rv_discrete(values=([1, 2], [0.5, 0.5])),
        *[lambda kind=kind: interpolate.interp1d(line, line, kind=kind)
          for kind in ("linear", "nearest", "cubic", "previous", "zero")],
        lambda: interpolate.interp1d(line, line, fill_value="extrapolate"),
        lambda: interpolate.CubicSpline(line, line), lambda: interpolate.PchipInterpolator(line, line),
        lambda: interpolate.Akima1DInterpolator(line, line), lambda: interpolate.BSpline([0, 1, 2, 3], [1.0, 2], 1),
        lambda: interpolate.RBFInterpolator(square, square[:, 0]), lambda: interpolate.PPoly(np.eye(2), [0, 1, 2]),
        lambda: interpolate.RegularGridInterpolator((line,), line),
        lambda: interpolate.UnivariateSpline(line, line), lambda: interpolate.make_interp_spline(line, line),
        lambda: interpolate.BarycentricInterpolator(line, line), lambda: interpolate.KroghInterpolator(line, line),
        lambda: interpolate.NearestNDInterpolator(square, square[:, 0]),
        lambda: interpolate.LinearNDInterpolator(square, square[:, 0]),
        lambda: spatial.KDTree(square), lambda: spatial.cKDTree(square), lambda: spatial.Delaunay(square),
        lambda: spatial.ConvexHull(square), lambda: spatial.transform.Rotation.identity(),
        lambda: optimize.minimize(lambda x: (x**2).sum(), [1.0]), lambda: optimize.Bounds([0], [1]),
        lambda: stats.ttest_1samp(line, 0.0), lambda: stats.pearsonr(line, line**2), lambda: stats.linregress(line, line),
    ])  # fmt: skip


def _booster(module: str, prefixes: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    found = importlib.import_module(module)
    for name in dir(found):
        cls = getattr(found, name)
        if inspect.isclass(cls) and name.startswith(prefixes) and "Dask" not in name:
            for more in ({}, {"random_state": np.random.RandomState(0)}, {"early_stopping_rounds": 2}):
                try:
                    estimator = (
                        cls(n_estimators=3, verbosity=0, **more)
                        if module == "xgboost"
                        else cls(n_estimators=3, verbose=-1, **more)
                    )
                except Exception:
                    continue
                yield name, estimator
                yield from ((name, model) for model in fitted(estimator))


def _xgboost() -> Iterator[tuple[str, Any]]:
    yield from _booster("xgboost", ("XGB",))
    yield from _made(_xgboost_makers())


def _xgboost_makers() -> dict[str, Callable[[], Any]]:
    """Each for itself: a release lacks one or the other, or asks for early stopping elsewhere."""
    import xgboost
    from sklearn.metrics import mean_absolute_error

    evaluated = {"eval_set": [(X, CLASSES)], "verbose": False}
    data = xgboost.DMatrix(X, NUMBERS)
    return {
        "ranker": lambda: xgboost.XGBRanker(n_estimators=2).fit(X, CLASSES, qid=np.repeat([0, 1], 30)),
        "callbacks": lambda: xgboost.XGBClassifier(
            n_estimators=3, callbacks=[xgboost.callback.EarlyStopping(2, save_best=True)]
        ).fit(X, CLASSES, **evaluated),
        "stopped": lambda: xgboost.XGBClassifier(n_estimators=9).fit(X, CLASSES, early_stopping_rounds=2, **evaluated),
        "booster": lambda: xgboost.train({}, data, 2),
        "stopped booster": lambda: xgboost.train({}, data, 9, evals=[(data, "e")], early_stopping_rounds=2),
        "named booster": lambda: xgboost.train({}, xgboost.DMatrix(X, NUMBERS, feature_names=list("abcd")), 2),
        "metric": lambda: xgboost.XGBRegressor(n_estimators=2, eval_metric=mean_absolute_error).fit(X, NUMBERS),
    }


def _made(makers: dict[str, Callable[[], Any]]) -> Iterator[tuple[str, Any]]:
    for name, make in makers.items():
        try:
            yield name, make()
        except Exception as error:
            print(f"not made: {name}: {error}"[:200])


def _lightgbm() -> Iterator[tuple[str, Any]]:
    import lightgbm

    yield from _booster("lightgbm", ("LGBM",))
    yield "ranker", lightgbm.LGBMRanker(n_estimators=2, verbose=-1).fit(X, CLASSES, group=[30, 30])
    yield "names", lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(_frame(), NAMES)
    yield "evaluated", lightgbm.LGBMRegressor(n_estimators=2, verbose=-1).fit(X, NUMBERS, eval_set=[(X, NUMBERS)])
    yield "booster", lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, NUMBERS), 2)


def _statsmodels() -> Iterator[tuple[str, Any]]:
    import pandas as pd
    import statsmodels.api as sm
    from statsmodels.tsa.api import ARIMA, ExponentialSmoothing, SimpleExpSmoothing

    frame = pd.DataFrame(X, columns=list("abcd")).assign(y=NUMBERS, c=CLASSES)
    inputs = sm.add_constant(frame[["a", "b"]])
    series = pd.Series(NUMBERS, index=pd.date_range("2020", periods=60, freq="D"))
    noisy = (np.random.RandomState(1).rand(60) > 0.5).astype(int)
    yield from _tries([
        lambda: sm.OLS(NUMBERS, sm.add_constant(X)).fit(), lambda: sm.OLS(frame.y, inputs).fit(),
        lambda: sm.WLS(frame.y, inputs, weights=np.ones(60)).fit(), lambda: sm.GLS(frame.y, inputs).fit(),
        lambda: sm.Logit(noisy, inputs).fit(disp=0), lambda: sm.Probit(noisy, inputs).fit(disp=0),
        lambda: sm.Poisson(noisy, inputs).fit(disp=0), lambda: sm.RLM(frame.y, inputs).fit(),
        *[lambda family=family: sm.GLM(noisy if family is sm.families.Binomial else frame.y, inputs, family=family()).fit()
          for family in (sm.families.Gaussian, sm.families.Poisson, sm.families.Binomial, sm.families.Gamma)],
        lambda: sm.OLS(frame.y, inputs).fit_regularized(), lambda: sm.QuantReg(frame.y, inputs).fit(),
        lambda: ARIMA(series, order=(1, 0, 0)).fit(), lambda: SimpleExpSmoothing(series).fit(),
        lambda: ExponentialSmoothing(series, trend="add").fit(),
    ])  # fmt: skip


def _library(package: str) -> Iterator[tuple[str, Any]]:
    """Every public estimator of a library that follows scikit-learn's interface."""
    root = importlib.import_module(package)
    seen: set[type] = set()
    for info in [None, *pkgutil.walk_packages(root.__path__, package + ".")]:
        if info is not None and any(part in info.name for part in (".tests", "conftest", "._test", ".testing")):
            continue
        try:
            module = root if info is None else importlib.import_module(info.name)
        except Exception:
            continue
        for name, cls in vars(module).items():
            public = inspect.isclass(cls) and not name.startswith("_") and cls.__module__.startswith(package)
            if public and hasattr(cls, "fit") and not inspect.isabstract(cls) and cls not in seen:
                seen.add(cls)
                for estimator in instances(cls):
                    for model in fitted(estimator, TARGETS_OF.get(package, TARGETS)):
                        yield name, model
