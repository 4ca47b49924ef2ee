"""What the rubrics of tensors share: nothing beyond course_lib/checking/cases.py."""
