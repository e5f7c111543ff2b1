"""scikit-learn: joblib files, pickles, skops archives."""
