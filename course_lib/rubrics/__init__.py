"""What an answer must do, and the mistakes we know: one folder for each concept, one file for each exercise."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)  # beside the concepts, wherever they stand
