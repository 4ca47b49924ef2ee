"""A notebook's cells, run as Jupyter would: IPython's magics and `display`; prints and pictures kept within limits."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from course_lib.checking.forgiving_shell import Forgiving, offer_stand_ins

_KINDS = ("text/plain", "image/png")  # what feedback may show; the rest could carry scripts


# What IPython, tokenize and matplotlib import or compile late, they do once, before the forks.
_FIRST_CELLS = (
    "1 + 1",
    "display(1)",
    "undefined",
    "a b",
    "try:\n    import sys  # as the first cell of a notebook\nexcept ImportError:\n    %pip install nothing",
    'def f(x):\n    """A text."""\n    return f"{x:3d}" + \'a\' if x > 0x1F else [1.5, *x]',
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
)


class Outputs:
    """What a cell printed and showed, in order, up to a limit."""

    def __init__(self) -> None:
        """Start empty."""
        self.limit = 1 << 18
        self.clear()

    def clear(self) -> None:
        """Forget everything; a new cell begins."""
        self.items: list[dict[str, Any]] = []
        self.size, self.cut = 0, False

    def _room(self, size: int) -> bool:
        self.size += size
        self.cut = self.cut or self.size > self.limit
        return not self.cut

    def text(self, stream: str, text: str) -> None:
        """Add text of a stream; what is beyond the limit is dropped."""
        if self.cut:
            return
        text = text[: max(0, self.limit - self.size)] if len(text) + self.size > self.limit else text
        last = self.items[-1] if self.items else {}
        self._room(len(text) + 1)
        if last.get("kind") == "stream" and last["name"] == stream:
            last["text"].append(text)
        elif text:
            self.items.append({"kind": "stream", "name": stream, "text": [text]})

    def data(self, kind: str, bundle: dict[str, Any]) -> None:
        """Add a displayed value or a result."""
        import base64

        kept = {}
        for mime in _KINDS:
            value = bundle.get(mime)
            value = base64.b64encode(value).decode() if isinstance(value, bytes) else value
            if type(value) is str and self._room(len(value)):
                kept[mime] = value
        if kept:
            self.items.append({"kind": kind, "data": kept})

    def error(self, name: str, value: str, lines: str) -> None:
        """Add the error that ended the cell."""
        self.items.append({"kind": "error", "name": name[:200], "value": value[:2000], "traceback": lines[-8000:]})

    def taken(self) -> list[dict[str, Any]]:
        """Return what was kept, as JSON-ready data."""
        joined = [item | {"text": "".join(item["text"])} if item["kind"] == "stream" else item for item in self.items]
        return joined + [{"kind": "cut"}] * self.cut


class _Stream(io.TextIOBase):
    """Standard output or error of the cells."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.stream = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.outputs.text(self.stream, str(text))
        return len(text)


class _Publisher(DisplayPublisher):
    outputs: Any = None

    def publish(self, data: Any, *args: Any, **kwargs: Any) -> None:
        self.outputs.data("display_data", dict(data))

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.clear()


class _Hook(DisplayHook):
    outputs: Any = None

    def start_displayhook(self) -> None:
        """Print nothing before the result."""

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Keep the result instead of printing it."""
        self.outputs.data("execute_result", dict(format_dict))

    def finish_displayhook(self) -> None:
        """Print nothing after the result."""


class Shell(Forgiving, InteractiveShell):
    """IPython without a terminal, a history file or other programs."""

    outputs: Any = None

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        """Keep the error; what IPython would print around it costs more time than most cells."""
        with contextlib.suppress(Exception):
            kind, error, frames = self._get_exc_info(exc_tuple)
            shown = [f for f in traceback.extract_tb(frames, 50) if "ipykernel" in f.filename or f.name == "<module>"]
            lines = traceback.format_list(shown) + traceback.format_exception_only(kind, error)
            self.outputs.error(kind.__name__, str(error), "".join(lines))

    def showsyntaxerror(self, filename: Any = None, running_compiled_code: bool = False) -> None:
        """Keep the error, as `showtraceback` does."""
        self.showtraceback()

    def ask_exit(self) -> None:
        """Let `exit()` end what calls it, not this process."""
        raise SystemExit

    def system(self, cmd: str) -> None:
        """Run nothing: a submission may start no programs. `!pip install` is then a line of text, not an error."""
        self.outputs.text("stdout", "(commands are not run while grading)\n")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Return nothing, as `system` runs nothing."""
        return SList([]) if split else ""


def make_shell() -> Shell:
    """Return the one shell of this process, its outputs captured, without threads so that the process can fork."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.banner1 = ""
    config.InteractiveShell.autoawait = True
    Shell.display_pub_class.default_value = _Publisher  # type: ignore[attr-defined]
    Shell.displayhook_class.default_value = _Hook  # type: ignore[attr-defined]
    shell = Shell.instance(config=config)
    outputs = Outputs()
    shell.outputs = shell.display_pub.outputs = shell.displayhook.outputs = outputs

    def run_nothing(*_: str) -> None:
        shell.system("")

    for name in ("bash", "sh", "script", "system", "sx", "perl", "ruby", "pip", "conda"):
        for kind in ("line", "cell"):
            shell.register_magic_function(run_nothing, kind, name)  # type: ignore[arg-type]
    _plots_inline(shell)
    offer_stand_ins()
    for source in _FIRST_CELLS:
        run(shell, source, 1 << 20)
    shell.reset(new_session=False)
    return shell


def _plots_inline(shell: Shell) -> None:
    """Show figures at the end of a cell, as `%matplotlib inline` does."""
    try:
        from matplotlib_inline.backend_inline import flush_figures
        from matplotlib_inline.config import InlineBackend
    except ImportError:
        return
    shell.configurables.append(InlineBackend.instance(parent=shell))
    with contextlib.suppress(Exception):
        shell.enable_matplotlib("inline")
    if flush_figures not in shell.events.callbacks["post_execute"]:
        shell.events.register("post_execute", flush_figures)


def run(shell: Shell, source: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Run one cell. Returns its outputs and the name of the error that ended it, if one did."""
    outputs = shell.outputs
    outputs.limit = limit
    outputs.clear()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream(outputs, "stdout"), _Stream(outputs, "stderr")
    try:
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
    finally:
        sys.stdout, sys.stderr = before
    return outputs.taken(), type(error).__name__ if error else None
