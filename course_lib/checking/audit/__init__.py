"""Auditing a rubric: thousands of draws from its domain, on which everything that should be right must agree.

The reference is compared with the rubric's oracle, its alternatives and the solution. What disagrees is a mistake in
one of them; what was never drawn, or never run, is a gap in the domain.
"""

from course_lib.checking.audit.agreement import Audit, Disagreement, audit
from course_lib.checking.audit.concept import audit_concept, every_concept
from course_lib.checking.audit.report import show, summary

__all__ = ["Audit", "Disagreement", "audit", "audit_concept", "every_concept", "show", "summary"]
