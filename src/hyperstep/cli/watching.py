"""Following what a script submits: polls the store for a change, and reads again when there was one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from hyperstep.cli.printable import printable
from hyperstep.cli.reading import read_journal
from hyperstep.cli.view import RootView
from hyperstep.run_store.base import Journal, RunStore

_SHORTEST_PAUSE_S = 0.1
_COST_SHARE = 20
"""A pause lasts at least this many times as long as the look before it took, so that trials keep the cores."""


class Watcher:
    """The root runs of one submission, or given ones, as they go on. For use by one thread.

    Args:
        store: The run store; closed together with the watcher.
        submission: The word that the script's runs carry; empty to follow ``root_ids`` alone.
        root_ids: Runs to follow besides.
        pause_of: Why a root run pauses, empty when it does not.
        read: Makes the view of a root run.
    """

    def __init__(
        self,
        store: RunStore,
        submission: str = "",
        root_ids: tuple[str, ...] = (),
        pause_of: Callable[[str], str] = lambda _root_id: "",
        read: Callable[[RunStore, Journal], RootView] = read_journal,
    ) -> None:
        self._read = read
        self._pause_of = pause_of
        self._store = store
        self._submission = submission
        self._root_ids = list(root_ids)
        self._journals: dict[str, Journal] = {}
        self._versions: dict[str, int] = {}
        self._views: dict[str, RootView] = {}
        self._next_look = 0.0

    @property
    def views(self) -> list[RootView]:
        """What was last read, in the order of submission, fit to be printed."""
        return [self._views[root_id] for root_id in self._root_ids if root_id in self._views]

    def is_due(self, now: float) -> bool:
        """Whether enough time has passed for another look. ``now``: seconds on a clock that only goes forward."""
        return now >= self._next_look

    def look(self) -> bool:
        """Read what has changed; returns whether anything had.

        Raises:
            StoreError: The records cannot be read.
        """
        changed = False
        for root_id in self._followed():
            journal = self._journals.get(root_id) or self._store.journal(root_id)
            self._journals[root_id] = journal
            version = journal.version()
            if self._versions.get(root_id) != version:
                self._views[root_id] = printable(self._read(self._store, journal))
                self._versions[root_id] = version
                changed = True
            changed |= self._look_for_pause(root_id)
        return changed

    def _look_for_pause(self, root_id: str) -> bool:
        view = self._views[root_id]
        paused = "" if view.status.is_terminal else self._pause_of(root_id)
        if paused != view.paused:
            self._views[root_id] = replace(view, paused=paused)
        return paused != view.paused

    def sees_an_end(self) -> bool:
        """Whether a run has ended since it was last read; that is told at once, however long a look takes.

        Raises:
            StoreError: The records cannot be read.
        """
        going_on = [root_id for root_id, view in self._views.items() if not view.status.is_terminal]
        return any(self._journals[root_id].run(root_id).status.is_terminal for root_id in going_on)

    def rest(self, began: float, ended: float) -> None:
        """Say how long the last look took, so that the next one comes no sooner than it should."""
        self._next_look = ended + max(_SHORTEST_PAUSE_S, _COST_SHARE * (ended - began))

    def close(self) -> None:
        """Let go of the journals and the store."""
        for journal in self._journals.values():
            journal.close()
        self._journals.clear()
        self._store.close()

    def _followed(self) -> list[str]:
        if self._submission:
            roots = reversed(self._store.roots(submission=self._submission))
            self._root_ids.extend(root.id for root in roots if root.id not in self._root_ids)
        return self._root_ids
