"""What the samples say of a model: its columns, its schemas, the rows that test it."""
