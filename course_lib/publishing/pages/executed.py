"""Pages are executed here, in parallel and only when what they depend on changed; Sphinx only reads the outputs."""

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from course_lib.checking.dependencies import digest_of, files_of_concept, imported_files
from course_lib.checking.progress_bar import progress_bar
from course_lib.publishing.contents import Contents, PageError
from course_lib.publishing.pages.allowed_outputs import join_streams, refuse_bad_outputs
from course_lib.publishing.pages.sources import Source, read_source

SECONDS_A_PAGE = 60  # of the processor: a machine that has other work, too, makes no page slow
LONGEST_WAIT = 300  # seconds by the clock, for a page that waits for something that does not come
CACHE, NOTEBOOKS, KEYS = ".jupyter_cache", "notebooks", "page_keys"


class TooLongError(Exception):
    """A page used more of the processor than it may."""


def execute_pages(
    contents: Contents, build: Path, jobs: int = 2, force: bool = False, meanwhile: Callable[[], None] = lambda: None
) -> list[str]:
    """Execute the pages whose key changed; return their docnames. Raises `PageError` for all that failed.

    While pages execute, `meanwhile` is called in a thread of its own, and it is waited for: what comes next parses
    Python, and two threads that do so at once get a SystemError in Python 3.11 (AST constructor recursion depth).
    """
    sources = [source for page in contents.pages if (source := read_source(page, contents.root, build / KEYS))]
    stale = [source for source in sources if force or not is_fresh(source, build)]
    failed = []
    with ThreadPoolExecutor(jobs) as pool, ThreadPoolExecutor(1) as beside:
        runs = {pool.submit(run, source, contents.root): source for source in stale}
        if runs:
            beside.submit(meanwhile)
        for done in _with_progress(runs):
            try:
                executed, seconds = done.result()
                _keep(runs[done], executed, seconds, build)
            except PageError as error:
                failed.append(str(error))
    for source in sources:
        if is_fresh(source, build):
            try:
                _write_readable(source, contents, build)
            except PageError as error:
                failed.append(str(error))
    if failed:
        raise PageError("\n".join(sorted(set(failed))))
    return [source.page.docname for source in stale]


def is_fresh(source: Source, build: Path) -> bool:
    """Whether the kept outputs of a page are those of its present code and imports."""
    from jupyter_cache import get_cache

    if outputs_key(source.page.docname, build) != source.key:
        return False
    try:
        get_cache(build / CACHE).match_cache_notebook(source.notebook)
    except KeyError:
        return False
    return True


def outputs_key(docname: str, build: Path) -> str:
    """Return the key under which a page's outputs were kept, or nothing."""
    path = build / KEYS / f"{docname}.txt"
    return path.read_text() if path.exists() else ""


def run(source: Source, root: Path) -> tuple[Any, float]:
    """Execute a page from cold in a directory of its own; return it with outputs, and the seconds it took."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.from_dict(source.notebook)
    start = time.monotonic()
    left = lambda cell: max(1, int(LONGEST_WAIT - (time.monotonic() - start)))  # noqa: E731
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            km=_kernel(folder),
            timeout_func=left,
            record_timing=False,
            shutdown_kernel="immediate",  # with all it started; by itself one that imported torch takes three seconds
            extra_arguments=["--log-level=CRITICAL"],  # a kernel that is stopped would complain at length
            resources={"metadata": {"path": folder}},
        )
        try:
            # One thread each: pages run side by side, and sums come out the same on every machine.
            path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
            env = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
            asyncio.run(_execute(client, env))  # .execute() would leave this thread's loop open
        except TooLongError:
            found = f"the page takes more than {SECONDS_A_PAGE} seconds of computing; it was stopped here"
            raise source.says(_running(notebook), found) from None
        except CellTimeoutError:
            found = f"the page is not done after {LONGEST_WAIT} seconds; it was stopped here"
            raise source.says(_running(notebook), found) from None
        except CellExecutionError as error:
            where = next(i for i, cell in enumerate(notebook.cells) if "error" in _kinds(cell) and not _may_raise(cell))
            raise source.says(where, f"{error.ename}: {error.evalue}\n{_tail(error.traceback)}") from None
        except DeadKernelError:
            raise source.says(_running(notebook), "the kernel died while this cell was running") from None
    join_streams(notebook)
    refuse_bad_outputs(source, notebook)
    return notebook, time.monotonic() - start


async def _execute(client: Any, env: dict[str, str]) -> None:
    """Execute a notebook, and stop it when its kernel has computed for too long."""
    work = asyncio.create_task(client.async_execute(cleanup_kc=True, env=env))
    while not (await asyncio.wait({work}, timeout=0.5))[0]:
        if _seconds_computed(client.km) > SECONDS_A_PAGE:
            work.cancel()  # shuts the kernel down
            await asyncio.gather(work, return_exceptions=True)
            raise TooLongError
    await work


def _seconds_computed(kernel: Any) -> float:
    """Return the processor's time that a kernel has used, with the processes that it started and that have ended."""
    import psutil

    try:
        return float(sum(psutil.Process(kernel.provisioner.pid).cpu_times()[:4]))
    except (AttributeError, psutil.NoSuchProcess):  # not started yet, or gone
        return 0.0


def _kernel(folder: str) -> Any:
    """Make a kernel that is reached through files where the system has them: nothing listens on a port."""
    from jupyter_client import AsyncKernelManager

    if sys.platform == "win32":
        return AsyncKernelManager(kernel_name="python3")
    return AsyncKernelManager(kernel_name="python3", transport="ipc", connection_file=f"{folder}/kernel.json")


def _kinds(cell: Any) -> set[str]:
    return {output.output_type for output in cell.get("outputs", [])}


def _may_raise(cell: Any) -> bool:
    return "raises-exception" in cell.metadata.get("tags", [])


def _running(notebook: Any) -> int:
    """Return the first code cell without a count: the one at work when the kernel was stopped."""
    codes = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return next((i for i in codes if notebook.cells[i].execution_count is None), codes[-1])


def _tail(traceback: str, lines: int = 12) -> str:
    return "\n".join(re.sub(r"\x1b\[[0-9;]*m", "", traceback).strip().splitlines()[-lines:])


def _keep(source: Source, executed: Any, seconds: float, build: Path) -> None:
    """Put the outputs where MyST-NB looks for them, and the key beside, last: a killed run leaves no false key."""
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    get_cache(build / CACHE).cache_notebook_bundle(
        CacheBundleIn(executed, str(source.page.path), data={"execution_seconds": round(seconds, 2)}),
        check_validity=False,
        overwrite=True,
    )
    path = build / KEYS / f"{source.page.docname}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source.key)


def _write_readable(source: Source, contents: Contents, build: Path) -> None:
    """Write `notebooks/<concept>.ipynb`: the executed page with its directives as plain Markdown."""
    import nbformat
    from jupyter_cache import get_cache

    from course_lib.publishing.colab.page_notebook import page_notebook

    path = build / NOTEBOOKS / f"{source.page.name}.ipynb"
    known = build / KEYS / f"{source.page.docname}.notebook.txt"
    key = _readable_key(source, contents)
    if path.exists() and known.exists() and known.read_text() == key:
        return
    _, merged = get_cache(build / CACHE).merge_match_into_notebook(source.notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(page_notebook(merged, source.page, contents)) + "\n", encoding="utf-8")
    known.write_text(key)


def _readable_key(source: Source, contents: Contents) -> str:
    """Return the hash of all that the readable notebook shows: outputs, text, rubrics' words, and how it is written."""
    from course_lib.publishing.colab import page_notebook

    page, root = source.page, contents.root
    titles = json.dumps([[other.docname, other.title] for other in contents.pages])  # all that it shows of the others
    writers = imported_files(f"import {page_notebook.__name__}", root)
    files = {page.path, root / "pyproject.toml", *writers, *files_of_concept(page.name, root)}
    return digest_of(files | {root / "_toc.yml", root / "book" / "references.bib"}, source.key, titles)


def _with_progress(runs: dict[Any, Source]) -> Iterator[Any]:
    """Yield runs as they end, with a bar, and say which page each was."""
    if not runs:
        return
    with progress_bar("Executing pages") as move:
        for number, done in enumerate(as_completed(runs), 1):
            print(f"  {'failed' if done.exception() else 'executed'} {runs[done].page.docname}", flush=True)
            move(number, len(runs))
            yield done
