"""The trusted side of an examination: it asks, compares and scores. Nothing here ever runs in a child."""
