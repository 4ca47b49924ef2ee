"""What the rubrics of attention masks share: nothing beyond course_lib/checking/cases.py."""
