"""Live resources as the service reports them, with what the last apply recorded on them."""
