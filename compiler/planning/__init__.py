"""The pure difference between desired resources on one side, live ones on the other."""
