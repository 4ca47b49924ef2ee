"""Deep Learning, Checked: one module for each concept of the course, and the machinery that checks answers."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)  # concepts may stand elsewhere, too, in a folder course_lib on Python's path
