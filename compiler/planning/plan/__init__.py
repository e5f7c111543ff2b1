"""The planner: from desired plus observed resources to an ordered plan."""
