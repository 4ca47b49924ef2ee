"""A time is read rightly, in any spelling of its zone, or not at all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.handed_in.timestamps import read_time

SEOUL = [  # one moment, as programs write it
    "2026-11-01 16:59:59 +0900",  # git log --format=%ci
    "2026-11-01T16:59:59+09:00",  # %cI
    "Sun Nov 1 16:59:59 2026 +0900",  # git log
    "Sun, 1 Nov 2026 16:59:59 +0900",  # mail
    "Sun Nov  1 16:59:59 KST 2026",  # date
    "Sun 01 Nov 2026 04:59:59 PM KST",
    "Sun Nov 01 2026 16:59:59 GMT+0900 (Korean Standard Time)",  # JavaScript
    "2026-11-01 16:59:59 UTC+9",
    "2026-11-01 16:59:59 UTC+09:00",
    "2026-11-01 16:59:59 GMT+9",
    "2026-11-01 16:59:59+09",
    "2026-11-01 16:59:59 +9",
    "2026-11-01 16:59:59 Asia/Seoul",
    "2026-11-01 16:59:59 Etc/GMT-9",  # whose sign is the other way round
    "2026-11-01 16:59:59 JST",
    "2026-11-01 4:59:59 PM +0900",
    "2026-11-01 07:59:59 UTC",
    "2026-11-01 07:59:59.000000 UTC",
    "2026-11-01T07:59:59Z",
    "2026-11-01T07:59:59.000Z",
    "20261101T075959Z".replace("075959", "07:59:59"),
    "2026-11-01 07:59:59",  # without a zone, as nbgrader's own
    "2026/11/01 07:59:59 GMT",
    "2026-11-01 03:59:59 −0400",  # a minus sign
    "2026-11-01 02:59:59 America/New_York",
    "Nov 1, 2026 7:59:59 AM UTC",
]
UNCLEAR = [
    "2026-11-01 00:00:00 ../x",
    "2026-11-01 00:00:00 ../../etc/passwd",
    "2026-11-01 00:00:00 Asia/Nowhere",
    "2026-11-01 16:59:59 EST",
    "2026-11-01 16:59:59 CST",
    "2026-11-01 16:59:59 IST",
    "2026-11-01 16:59:59 XYZ",
    "2026-11-01 16:59:59 +9999",
    "2026-11-01 16:59:59 +0960",
    "11/01/2026 16:59:59",
    "01.11.2026 16:59",
    "16:59:59",
    "2026-11-01",
    "2026",
    "Sunday 16:59",
    "Nov 1 16:59:59",
    "1793520000",
    "0001-01-01 00:00:00 +1400",
    "9999-12-31 23:59:59 -1400",
    "yesterday",
    "",
    "+0900",
]


@pytest.mark.parametrize("text", SEOUL)
def test_every_spelling_is_the_same_moment(text):
    assert read_time(text) == datetime(2026, 11, 1, 7, 59, 59)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_not_clear_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  (each is refused for a reason of its own)
        read_time(text)


ZONES = st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC", "Pacific/Apia"])
STYLES = ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%a %b %d %H:%M:%S %Y %z", "%a, %d %b %Y %H:%M:%S %z"]


@given(st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)), ZONES, st.sampled_from(STYLES))
def test_any_moment_comes_back(moment, zone, style):
    moment = moment.replace(microsecond=0)
    there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    text = there.strftime(style)
    assert read_time(text) == moment
    if not there.utcoffset() % timedelta(hours=1) and style.endswith(" %z"):
        assert read_time(text[:-2]) == moment  # "+09" in place of "+0900"


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ?\S{0,20}", fullmatch=True))
def test_any_text_is_a_time_or_refused(text):
    try:
        made = read_time(text)
    except (ValueError, OverflowError):
        return
    assert made.tzinfo is None
