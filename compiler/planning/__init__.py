"""What should be, what is, and the pure difference between the two."""
