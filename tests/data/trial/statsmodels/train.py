"""An OLS result of statsmodels, pickled by its own `save`."""

import numpy
import pandas
import statsmodels.api as sm

X = sm.add_constant(pandas.DataFrame({"a": numpy.arange(10.0), "b": numpy.arange(10.0) ** 2}))
sm.OLS(3 * X.a + 1, X).fit().save("model.pickle")
X.to_csv("data.csv", index=False)
