"""What runs in the child, beside the student's code. It holds no case, reference or verdict.

Of grading it imports `talk` and `sandbox` only.
"""
