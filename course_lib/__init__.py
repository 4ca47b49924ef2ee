"""Deep Learning, Checked: one module for each concept of the course, and the machinery that checks answers."""
