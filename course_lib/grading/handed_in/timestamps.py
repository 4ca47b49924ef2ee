"""When something was handed in, as `timestamp.txt` says it, in UTC: read in any common spelling, and never guessed."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil import parser

# Abbreviations that mean one thing. EST, CST and IST each stand for several zones, and are refused.
_KNOWN = {"UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "KST": 9, "JST": 9, "CET": 1, "CEST": 2}
_ZONE = re.compile(
    r"(?P<when>.*\d:\d.*?)\s*(?:(?P<prefix>UTC|GMT)?(?P<sign>[+\-−])(?P<hours>\d{1,2}?)(?::?(?P<minutes>\d\d))?"
    r"|(?P<name>[A-Za-z_]+(?:/[A-Za-z0-9_+\-]+){1,2})|(?P<short>[A-Z]{1,5}))(?:\s*\([\w ]*\))?",
    re.S,
)
_IN_THE_MIDDLE = re.compile(r"(?P<start>.*\d:\d\d(?::\d\d)?)\s+(?P<zone>[A-Z]{3,4}|[+\-]\d{4})\s+(?P<year>\d{4})")
_HALF_DAYS = ("AM", "PM")
_CLEAR = re.compile(r"\d{4}[-/.]?\d\d?[-/.]?\d\d?(?!\d)|[A-Za-z]{3}")  # the year first, or a month with a name
_FIRST, _LAST = 1990, 2200


def read_time(text: str) -> datetime:
    """Return a time in UTC, without zone; raises ValueError for what can be read in two ways, or in none.

    Without any zone it is UTC, as nbgrader writes and reads it.

    >>> read_time("2026-11-01 16:59:59 +0900"), read_time("2026-11-01T16:59:59+09:00").hour
    (datetime.datetime(2026, 11, 1, 7, 59, 59), 7)
    """
    text = " ".join(text.split())
    if middle := _IN_THE_MIDDLE.fullmatch(text):  # as `date` prints it
        text = f"{middle['start']} {middle['year']} {middle['zone']}"
    found = _ZONE.fullmatch(text)
    if found and found["short"] in _HALF_DAYS:
        found = None
    when, zone = (found["when"], _zone(found)) if found else (text, UTC)
    made = _date(when)
    if not _FIRST <= made.year <= _LAST:
        raise ValueError(f"the year {made.year} cannot be meant")
    return made.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _zone(found: re.Match[str]) -> tzinfo:
    if found["sign"]:
        hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError("no zone is that far from UTC")
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if found["sign"] == "+" else -offset)
    if found["short"]:
        if found["short"] not in _KNOWN:
            raise ValueError(f"{found['short']} stands for several zones, or for none")
        return timezone(timedelta(hours=_KNOWN[found["short"]]))
    try:
        return ZoneInfo(found["name"])
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"there is no zone {found['name']!r}") from error


def _date(text: str) -> datetime:
    """Return a date and time, all of which are said: dateutil fills what is missing with today."""
    if not _CLEAR.search(text) or ":" not in text:
        raise ValueError("it does not say year, month, day and time in an order that can be relied on")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what it does not know it warns of, and goes on
        try:
            readings = {parser.parse(text, default=datetime(year, 1 + year % 2, 1 + year % 2)) for year in (2000, 2001)}
        except Warning as error:
            raise ValueError(str(error)) from error
    if len(readings) != 1:
        raise ValueError("year, month or day is missing")
    made = readings.pop()
    if made.tzinfo is not None:
        raise ValueError("it names two zones")
    return made
