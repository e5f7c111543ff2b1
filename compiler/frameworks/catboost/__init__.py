"""CatBoost: models saved by `save_model`, binary and JSON."""
