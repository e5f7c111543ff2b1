"""CatBoost: models saved by `save_model`, in the formats that it loads itself."""
