"""What the cells of a page may show: every picture named, nothing on stderr, no more than a browser bears."""

import json
import re
from typing import Any

from course_lib.publishing.pages.sources import Source

LARGEST_OUTPUT = 1_000_000  # bytes of all that one cell shows
LONGEST_LINE = 20_000  # characters that a cell prints without a break; MyST-NB takes minutes over half a million
# An image, written as HTML, whose alt text is missing or blank.
NAMELESS = re.compile(r"""<img\b(?![^>]*\salt=(?:"[^"]*[^"\s][^"]*"|'[^']*[^'\s][^']*'))[^>]*>""", flags=re.I)


def join_streams(notebook: Any) -> None:
    """Join the pieces of each stream as they came: MyST-NB would break the line where a piece ends."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = _joined(cell.outputs)


def _joined(outputs: list[Any]) -> list[Any]:
    found: list[Any] = []
    for output in outputs:
        if output.output_type == "stream" and found and found[-1].get("name") == output.name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def refuse_bad_outputs(source: Source, notebook: Any) -> None:
    """Raise `PageError` for the first cell that shows what no page may: a nameless picture, a warning, too much."""
    for i, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise source.says(i, f"writes to stderr, which no reader should see:\n{output.text.strip()[-2000:]}")
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data) or NAMELESS.search(str(data.get("text/html", ""))):
                raise source.says(i, "shows a picture without alt text; end the cell with show(fig, alt=…)")
            longest = max(map(len, output.get("text", "").splitlines()), default=0)
            if longest > LONGEST_LINE:
                raise source.says(i, f"prints a line of {longest} characters; at most {LONGEST_LINE}")
        size = sum(len(json.dumps(output, ensure_ascii=False).encode()) for output in cell.get("outputs", []))
        if size > LARGEST_OUTPUT:
            found = f"has an output of {size / 1e6:.2f} MB, all that it shows counted together"
            raise source.says(i, f"{found}; at most {LARGEST_OUTPUT / 1e6:.0f} MB: show less, or in several cells")
