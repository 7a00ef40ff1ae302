"""A panel in a notebook that follows a run by itself until the run has ended."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.widgets.run_html import run_html
from hyperstep.azureml_v1.widgets.run_reading import RunView, read_run
from hyperstep.azureml_v1.widgets.run_text import describe_run

_SHORTEST_PAUSE_S = 0.5
_SHARE_OF_TIME = 10
"""Reading and drawing takes at most one part in so many of the time."""
_MOST_FAULTS = 10
"""After so many failed looks in a row, nobody will mend it: the panel stays as it is."""


def notebook_shell() -> Any:  # noqa: ANN401 - IPython is optional and has no types here
    """IPython's shell when this process is a notebook's kernel; None elsewhere, in terminals too."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def show_live(source: RunSource, shell: Any) -> bool:  # noqa: ANN401 - see notebook_shell
    """Draw a run in the current cell, and keep it up to date until it has ended.

    Returns:
        False when ipywidgets is not installed: then nothing was drawn.
    """
    try:
        importlib.import_module("ipywidgets")
    except ImportError:
        return False
    panel = LivePanel(source, _Screen())
    panel.refresh()
    if not panel.ended:
        _finish_with_cells(panel, shell)
        threading.Thread(target=panel.follow, name=f"panel of {source.run_id}", daemon=True).start()
    return True


class LivePanel:
    """What keeps a screen up to date with a run.

    Args:
        source: The run.
        screen: Takes the HTML and the plain text, and whether they are the last.
    """

    def __init__(self, source: RunSource, screen: Callable[[str, str, bool], None]) -> None:
        self._source = source
        self._screen = screen
        self._turn = threading.Lock()
        self._seen = -1
        self.ended = False
        """Whether the run had ended when it was last drawn."""

    def refresh(self) -> None:
        """Draw the run if something was recorded since it was last drawn. Once it has ended, do nothing any more."""
        with self._turn:
            version = RunSource(self._source.workspace, self._source.run_id).journal.version()
            if not self.ended and version != self._seen:
                self._draw()
                self._seen = version

    def follow(self) -> None:
        """Refresh until the run has ended. For a thread: lets go of what it opened."""
        faults = 0
        while not self.ended and faults < _MOST_FAULTS:
            began = time.monotonic()
            try:
                self.refresh()
                faults = 0
            except Exception:  # noqa: BLE001 - the notebook goes on without its panel
                faults += 1
            time.sleep(max(_SHORTEST_PAUSE_S, _SHARE_OF_TIME * (time.monotonic() - began)))
        close_homes()

    def _draw(self) -> None:
        source = RunSource(self._source.workspace, self._source.run_id)
        view: RunView = read_run(source)
        last = view.status.is_terminal
        self._screen(run_html(view), "\n".join(describe_run(source)), last)
        self.ended = last


def _finish_with_cells(panel: LivePanel, shell: Any) -> None:  # noqa: ANN401 - see notebook_shell
    """Look at the end of each cell too: a cell that waited for the run shows its end, whenever the thread looks."""

    def look(_result: object = None) -> None:
        try:
            panel.refresh()
        except Exception:  # noqa: BLE001 - the thread will say or see the same
            return
        if panel.ended:
            shell.events.unregister("post_run_cell", look)

    shell.events.register("post_run_cell", look)


class _Screen:
    """A widget while the run goes on; at the end plain HTML in its place, which stays in the saved notebook."""

    def __init__(self) -> None:
        self._widget: Any = None
        self._handle: Any = None

    def __call__(self, html: str, text: str, last: bool) -> None:
        """Show it."""
        if self._widget is not None:
            self._widget.value = html
            if last:
                self._handle.update({"text/html": html, "text/plain": text}, raw=True)
            return
        display: Any = importlib.import_module("IPython.display").display
        bundle: dict[str, Any] = {"text/html": html, "text/plain": text}
        if not last:
            self._widget = importlib.import_module("ipywidgets").HTML(value=html)
            view = {"version_major": 2, "version_minor": 0, "model_id": self._widget.model_id}
            bundle = {"text/plain": text, "application/vnd.jupyter.widget-view+json": view}
        self._handle = display(bundle, raw=True, display_id=True)
