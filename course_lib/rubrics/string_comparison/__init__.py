"""What the rubrics of string comparison share: nothing beyond course_lib/checking/cases.py."""
