"""A time series of statsmodels: it forecasts steps, and takes no rows."""

import numpy
import pandas
from statsmodels.tsa.holtwinters import ExponentialSmoothing

ExponentialSmoothing(numpy.arange(24.0) + 1, trend="add").fit().save("model.pickle")
pandas.DataFrame({"steps": [1, 3]}).to_csv("data.csv", index=False)
