"""Live resources as the service reports them, and what the last apply recorded on them."""
