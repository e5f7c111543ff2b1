"""A manifest written from live resources, with the plan that tags them."""
