from sklearn.base import BaseEstimator, TransformerMixin
from units import SCALE


class Ratio(TransformerMixin, BaseEstimator):
    def __init__(self, over, under):
        self.over, self.under = over, under

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X.assign(ratio=SCALE * X[self.over] / X[self.under])
