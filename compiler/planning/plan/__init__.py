"""The planner: desired and observed resources in, an ordered plan out."""
