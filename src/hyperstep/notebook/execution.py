"""Executing a notebook from its first cell to its last, or to the one that fails."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from hyperstep.errors import InvalidInputError, NotFoundError, UnsupportedError
from hyperstep.notebook.echo import Echo
from hyperstep.notebook.kernel import KERNEL_NAME, kernel_manager

_VERSION = 4
_MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an execution ended."""

    failed_cell: str
    """Which cell failed and how, for a person; empty when none did."""


def execute(notebook: Path, output: Path) -> Outcome:
    """Execute a notebook in its own folder and write the executed copy, also when a cell fails.

    What the cells write and display goes to our standard output and standard error as it comes.

    Args:
        notebook: The file; it stays as it is.
        output: Where the copy goes.

    Raises:
        InvalidInputError: It is no notebook, or the copy would replace it.
        NotFoundError: There is no such file.
        UnsupportedError: It is in another language than Python.
    """
    if output.resolve() == notebook.resolve():
        rule = "The executed copy of a notebook is another file than the notebook."
        raise InvalidInputError(rule, received=str(output), remedy="Give another file by --output.")
    content = read(notebook)
    try:
        with tempfile.TemporaryDirectory(prefix="hyperstep-") as folder:
            return _execute(content, notebook.resolve().parent, folder)
    finally:
        write(content, output)


def _execute(content: NotebookNode, place: Path, folder: str) -> Outcome:
    client = _EchoingClient(
        content,
        km=kernel_manager(folder),
        kernel_name=KERNEL_NAME,
        timeout=None,
        coalesce_streams=True,  # what a cell prints is one output, however many messages it came in
        resources={"metadata": {"path": str(place)}},
    )
    client.owns_km = True  # given by us, ended by it
    try:
        client.execute()
    except CellExecutionError as error:
        return Outcome(f"{client.place()} failed: {error.ename}: {error.evalue}".rstrip(": "))
    except DeadKernelError:
        return Outcome(f"{client.place()} failed: the kernel ended while it was executed")
    return Outcome("")


def read(notebook: Path) -> NotebookNode:
    """A notebook of any version, in the current one.

    Raises:
        InvalidInputError: It is no notebook.
        NotFoundError: There is no such file.
        UnsupportedError: It is in another language than Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without ids are given some
            content: NotebookNode = nbformat.read(notebook, as_version=_VERSION)  # type: ignore[no-untyped-call]
    except FileNotFoundError as error:
        rule = "The notebook exists."
        raise NotFoundError(rule, received=str(notebook)) from error
    except (OSError, ValueError, AttributeError, KeyError, nbformat.ValidationError) as error:
        rule = f"A notebook is a JSON document in Jupyter's format ({type(error).__name__})."
        raise InvalidInputError(rule, received=str(notebook)) from error
    language = content.metadata.get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        rule = "Notebooks in Python can be executed."
        raise UnsupportedError(rule, received=language)
    return content


def write(content: NotebookNode, output: Path) -> None:
    """Write a notebook in one go: readers see the whole file or none."""
    partial = output.with_name(f".{output.name}.partial")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        partial.write_text(nbformat.writes(content, version=_VERSION) + "\n", encoding="utf-8")  # type: ignore[no-untyped-call]
    partial.replace(output)


class _EchoingClient(NotebookClient):
    """Shows each cell's output while it is executed."""

    def __init__(self, content: NotebookNode, **options: Any) -> None:  # noqa: ANN401 - nbclient's traits
        super().__init__(content, **options)
        self._echo = Echo(sys.stdout, sys.stderr)
        self._index = 0
        self._interrupted = False
        self.on_notebook_start = self._take_signals
        self.on_cell_execute = self._begin

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Show a message, then keep it in the cell."""
        self._echo.show(msg["msg_type"], msg["content"])
        return super().process_message(msg, cell, cell_index)

    def place(self) -> str:
        """The cell that was executed last, for a person: its place among all cells and its first line."""
        source = self.nb.cells[self._index].source.strip()
        first = next(iter(source.splitlines()), "")
        shown = first if len(first) <= _MOST_CHARACTERS else f"{first[:_MOST_CHARACTERS]}…"
        return f"cell {self._index + 1} of {len(self.nb.cells)} ({json.dumps(shown, ensure_ascii=False)})"

    def _begin(self, cell: NotebookNode, cell_index: int) -> None:
        del cell
        self._index = cell_index

    def _take_signals(self, notebook: NotebookNode) -> None:
        """Ctrl-C reaches the cell; a second one, or SIGTERM, ends the kernel. Called when the kernel is up."""
        del notebook
        if os.name == "posix":
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGINT, self._interrupt)
            loop.add_signal_handler(signal.SIGTERM, self._end_kernel)

    def _interrupt(self) -> None:
        if self._interrupted or self.km is None:
            self._end_kernel()
        else:
            self._interrupted = True
            self._pending = asyncio.ensure_future(ensure_async(self.km.interrupt_kernel()))

    def _end_kernel(self) -> None:
        if self.km is not None:
            self._pending = asyncio.ensure_future(ensure_async(self.km.shutdown_kernel(now=True)))
