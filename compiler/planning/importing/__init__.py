"""A manifest written from live resources, and the plan that tags them."""
