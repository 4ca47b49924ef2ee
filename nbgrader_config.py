"""nbgrader, set to this layout. Stock converters and preprocessors: the notebooks carry what they need.

`course exercises` writes `_build/source` from solutions/; `exercises/` is what nbgrader would release from it.
"""

import os
import sys
from pathlib import Path

c = get_config()

# nbgrader starts `alembic` by its bare name, which is found only if our programs are on the path.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

c.CourseDirectory.course_id = "deep-learning-checked"
c.CourseDirectory.source_directory = "_build/source"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"

# The seconds that one cell may take; `course check` allows the same.
c.Execute.timeout = 30
