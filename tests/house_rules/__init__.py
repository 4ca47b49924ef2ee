"""The rules of the house: each a function from a root folder to a list of problems (where, what, what to do).

Every rule is run on this repository and, in the test beside it, on a small house that breaks it.
"""
