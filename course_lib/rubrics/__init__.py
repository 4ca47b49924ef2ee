"""What an answer must do, and the mistakes we know: one rubric module for each concept."""
