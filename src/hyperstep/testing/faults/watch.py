"""Looking at a run from outside, while anything may happen to its records."""

from __future__ import annotations

from hyperstep.errors import HyperstepError
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.runtime.home import Home
from hyperstep.settings import Settings
from hyperstep.testing.faults.claims import claimed_folders
from hyperstep.testing.faults.scene import Scene


class Watch:
    """A reader of a scene's home. What cannot be read now is as if it were not there."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._home: Home | None = None

    def roots(self) -> list[RunRecord]:
        """The submitted runs as their journals have them, oldest first."""
        try:
            home = self._opened()
            if home is None:
                return []
            roots = home.store.roots()
            return [home.store.journal(root.id).run(root.id) for root in reversed(roots)]
        except HyperstepError:
            return []

    def event_count(self) -> int:
        """How many events the logs of all sweeps hold."""
        try:
            home = self._opened()
            if home is None:
                return 0
            journals = [home.store.journal(root.id) for root in home.store.roots()]
            return sum(len(j.events(run.id)) for j in journals for run in j.runs(kind=RunKind.SWEEP))
        except HyperstepError:
            return 0

    def attempt_exists(self, trial: int, attempt: int) -> bool:
        """Whether an attempt of a trial has been claimed."""
        wanted = (f"trial-{trial:04d}", f"attempt-{attempt}")
        return any(folder.parts[-2:] == wanted for folder in claimed_folders(self._scene.home))

    def close(self) -> None:
        """Let go of the home."""
        if self._home is not None:
            self._home.close()

    def _opened(self) -> Home | None:
        if self._home is None and (self._scene.home / "index.db").exists():
            self._home = Home.open(Settings(home=self._scene.home), read_only=True)
        return self._home
