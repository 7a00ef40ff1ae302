"""One home: settings, run store, artifact store, and where everything lies below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.records.attempt import Attempt
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import RunStore
from hyperstep.settings import Settings


@dataclass(frozen=True, slots=True)
class Home:
    """What front doors and runners open first. Close it when done.

    ``index.db`` and ``runs/`` are the run store's, ``objects/`` the artifact store's; every other path is built here.
    """

    path: Path
    settings: Settings
    store: RunStore
    artifacts: ArtifactStore

    @classmethod
    def open(cls, settings: Settings | None = None) -> Home:
        """The home that the settings name (those of the current folder without them), made when absent.

        Raises:
            StoreError: It cannot be made or written to.
        """
        raise NotImplementedError

    def datastore_folder(self, workspace: str, datastore: str) -> Path:
        """Local folder of a datastore; made when absent.

        Raises:
            NotFoundError: The workspace has no datastore of that name.
        """
        raise NotImplementedError

    def root_folder(self, root_id: str) -> Path:
        """Folder of a root run: its journal, its inbox, its runner's log, one folder a run below it."""
        raise NotImplementedError

    def run_folder(self, run: RunRecord) -> Path:
        """Folder of any run."""
        raise NotImplementedError

    def attempt(self, run: RunRecord, number: int) -> Attempt:
        """The paths of one attempt (``argv`` and ``env`` are empty)."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of files and connections."""
        raise NotImplementedError
