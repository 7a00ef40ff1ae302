"""A panel that follows a run: what it draws, when it looks, when it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.widgets import live_panel
from hyperstep.azureml_v1.widgets.live_panel import LivePanel, notebook_shell, show_live
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus

Drawn = list[tuple[str, str, bool]]


@pytest.fixture
def source() -> Iterator[RunSource]:
    workspace = Workspace.from_config()
    record = RunRecord("run-1", "run-1", RunKind.SCRIPT, "train.py", workspace.name, "digits", RunStatus.RUNNING, 0.0)
    workspace.home.store.create([record], folder="run-1", spec={}).close()
    yield RunSource(workspace, "run-1")
    close_homes()


def set_status(source: RunSource, status: RunStatus) -> None:
    with source.journal.transaction(0) as writer:
        writer.put_run(replace(source.record(), status=status))


def panel(source: RunSource) -> tuple[LivePanel, Drawn]:
    drawn: Drawn = []
    return LivePanel(source, lambda html, text, last: drawn.append((html, text, last))), drawn


def test_it_draws_again_only_when_something_was_recorded_and_never_after_the_end(source: RunSource) -> None:
    shown, drawn = panel(source)
    shown.refresh()
    shown.refresh()
    assert [(text, last) for _, text, last in drawn] == [("script train.py [run-1]: Running", False)]
    set_status(source, RunStatus.COMPLETED)
    shown.refresh()
    shown.refresh()
    assert [text for _, text, _ in drawn][1:] == ["script train.py [run-1]: Completed"]
    assert drawn[-1][2]
    assert shown.ended


def test_a_thread_that_follows_ends_with_the_run(source: RunSource) -> None:
    shown, drawn = panel(source)
    thread = threading.Thread(target=shown.follow)
    thread.start()
    set_status(source, RunStatus.FAILED)
    thread.join()
    assert drawn[-1][1:] == ("script train.py [run-1]: Failed", True)


def test_a_thread_gives_up_when_nothing_can_be_read_any_more(
    source: RunSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_panel, "_SHORTEST_PAUSE_S", 0.0)
    monkeypatch.setattr(live_panel, "_SHARE_OF_TIME", 0)
    shown, drawn = panel(RunSource(source.workspace, "no-such-run"))
    shown.follow()
    assert not shown.ended
    assert drawn == []


def test_outside_of_a_notebook_there_is_no_shell() -> None:
    assert notebook_shell() is None


def test_without_ipywidgets_nothing_is_drawn(source: RunSource, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(live_panel, "importlib", SimpleNamespace(import_module=missing))
    assert not show_live(source, None)
