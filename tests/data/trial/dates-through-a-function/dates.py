def parts(X):
    return X.assign(weekday=X.day.dt.dayofweek, month=X.day.dt.month).drop(columns="day")
