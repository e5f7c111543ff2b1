"""The command `manifact`: words in, words out."""
