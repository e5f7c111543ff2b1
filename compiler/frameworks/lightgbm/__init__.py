"""LightGBM: boosters, estimators of its sklearn API."""
