"""A class → a gradebook: verdicts computed outside the student's process. README.md beside this file says how."""
