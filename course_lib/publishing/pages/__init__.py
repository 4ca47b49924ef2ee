"""Pages executed, only where what they depend on changed."""
