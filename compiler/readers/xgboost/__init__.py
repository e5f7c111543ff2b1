"""XGBoost's formats: JSON, UBJSON, its old binary."""
