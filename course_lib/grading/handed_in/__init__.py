"""What was handed in: where it lies, what is left of it, and whole again."""
