"""nbgrader, set to this layout. Stock converters and preprocessors: the notebooks carry what they need.

`course exercises` writes `_build/source` from solutions/; `exercises/` is what nbgrader would release from it.
"""

c = get_config()

c.CourseDirectory.course_id = "deep-learning-checked"
c.CourseDirectory.source_directory = "_build/source"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"

# The seconds that one cell may take; `course check` allows the same.
c.Execute.timeout = 30
# An answer that raises must not keep the later ones from being graded.
c.Execute.allow_errors = True
