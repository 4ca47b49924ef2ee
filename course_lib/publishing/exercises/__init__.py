"""Solutions become exercise notebooks, and exercises are told of on pages."""
