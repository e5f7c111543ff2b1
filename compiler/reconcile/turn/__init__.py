"""The decisions of one turn, pure over values."""
