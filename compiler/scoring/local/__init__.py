"""The local engine: reads a table, has worker processes answer its rows, writes parts that can be resumed."""
