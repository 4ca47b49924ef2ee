"""What axe-core objects to and we keep, each with its reason. Serious and critical objections are never accepted."""

from collections.abc import Iterable
from typing import Any

NEVER = ("serious", "critical")
ACCEPTED = {
    "empty-table-header": "a heading that is a formula: axe-core does not take MathML for text, screen readers do",
}
SHOWN = 3


def stale(found: Iterable[dict[str, Any]]) -> list[str]:
    """Return the accepted rules to which nothing in the whole book gives occasion."""
    return sorted(set(ACCEPTED) - {violation["rule"] for violation in found})


def complaints_of(found: list[dict[str, Any]]) -> list[str]:
    """Return the objections that are not accepted: rule, how grave, the first elements, and how many more."""
    lines = []
    for violation in found:
        if violation["impact"] in NEVER or violation["rule"] not in ACCEPTED:
            elements = violation["elements"]
            more = f" and {len(elements) - SHOWN} more" if len(elements) > SHOWN else ""
            shown = " | ".join(elements[:SHOWN])
            lines.append(f"{violation['rule']} ({violation['impact']}): {violation['help']}: {shown}{more}")
    return lines
