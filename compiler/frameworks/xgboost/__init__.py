"""XGBoost: boosters, estimators of its sklearn API."""
