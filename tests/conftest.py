"""What every test runs under: the same examples each time, no screen, one thread."""

import os

os.environ["MPLBACKEND"] = "agg"  # before matplotlib is imported, here and in the processes that tests start
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

# The same examples on every run: a red test stays red until it is mended. Slow machines are no failure.
settings.register_profile(
    "course", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")
