"""What became of one submission: the one thing that travels from the examiner to files, gradebook and pages."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from course_lib.checking import Verdict
from course_lib.grading.sandbox.lockdown import isolates

Outputs = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Result:
    """Verdicts and outputs by cell id, and how they came about. One that `failed` holds nothing else."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    outputs: Outputs = field(default_factory=dict)
    trouble: tuple[str, ...] = ()  # what went wrong in the notebook's own processes
    layers: tuple[str, ...] = ()  # of isolation, that were active
    notes: tuple[str, ...] = ()  # what was mended of the file
    review: tuple[str, ...] = ()  # why a person should look at it
    seconds: float = 0.0
    failed: str = ""  # why it could not be graded, by no fault of its own

    @property
    def isolated(self) -> bool:
        """Whether the layers without which no grade is trusted were active; without a run nothing had to be."""
        return bool(self.failed) or isolates(self.layers)

    def points(self, cell_id: str) -> float:
        """Return the points of a check cell; no verdict means 0."""
        return float(self.verdicts[cell_id].points) if cell_id in self.verdicts else 0.0

    def to_json(self, key: str = "") -> str:
        """Return the result as JSON, with a digest of it and of `key`. What no UTF-8 holds is replaced."""
        data = asdict(self) | {"verdicts": {name: verdict.to_dict() for name, verdict in self.verdicts.items()}}
        whole = json.loads(json.dumps(data, ensure_ascii=False).encode(errors="replace"))
        return json.dumps(whole | {"digest": _digest(whole, key)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, key: str = "") -> Result:
        """Return what `to_json` wrote for this key; raises ValueError for anything else, be it one character."""
        data = json.loads(text)
        if type(data) is not dict or data.pop("digest", None) != _digest(data, key):
            raise ValueError("this is no result of ours, or a damaged one")
        try:
            verdicts = {name: Verdict.from_dict(verdict) for name, verdict in data.pop("verdicts").items()}
            lists: Any = {name: tuple(data.pop(name)) for name in ("trouble", "layers", "notes", "review")}
            made = cls(verdicts=verdicts, **lists, **data)
        except (TypeError, KeyError, AttributeError) as error:  # of another version of this program
            raise ValueError(f"this result has another form: {error}") from error
        if not all(math.isfinite(verdict.points) for verdict in verdicts.values()):
            raise ValueError("this result has points that are no number")
        return made


def _digest(data: dict[str, Any], key: str) -> str:
    return hashlib.sha256(json.dumps([data, key], sort_keys=True).encode()).hexdigest()
