"""One home: settings, run store, artifact store, and where everything lies below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyperstep.artifact_store import open_artifact_store
from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.errors import NotFoundError, StoreError
from hyperstep.records.attempt import Attempt, AttemptKey
from hyperstep.records.run import RunRecord
from hyperstep.run_store import open_run_store
from hyperstep.run_store.base import RunStore
from hyperstep.runtime.overlay import base_of, link_below
from hyperstep.settings import Settings, load_settings

DEFAULT_DATASTORES = ("workspaceblobstore", "workspacefilestore")
"""What every workspace has from the start, the first being its default."""


@dataclass(frozen=True, slots=True)
class Home:
    """What front doors and runners open first. Close it when done.

    ``index.db`` and ``runs/`` are the run store's, ``objects/`` the artifact store's; every other path is built here.
    """

    path: Path
    settings: Settings
    store: RunStore
    artifacts: ArtifactStore
    base: Path | None = None
    """The home that this one is an overlay of, if it is one."""

    @classmethod
    def open(cls, settings: Settings | None = None, *, read_only: bool = False) -> Home:
        """The home that the settings name (those of the current folder without them), made when absent.

        Args:
            settings: Where and how.
            read_only: Never write to the run store, nor make an absent home: what a trial and a reading command use.

        Raises:
            StoreError: It cannot be made or written to.
        """
        settings = settings or load_settings()
        try:
            if not read_only:
                settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            rule = f"The home must be a folder that can be written to: {error.strerror}."
            remedy = "Set HYPERSTEP_HOME to another folder."
            raise StoreError(rule, received=str(settings.home), remedy=remedy) from error
        base = base_of(settings.home)
        return cls(
            path=settings.home,
            settings=settings,
            store=open_run_store(settings.home, read_only=read_only, base=base),
            artifacts=open_artifact_store(settings.home, base=base),
            base=base,
        )

    def datastore_folder(self, workspace: str, datastore: str) -> Path:
        """Local folder of a datastore; made when absent.

        Raises:
            NotFoundError: The workspace has no datastore of that name.
        """
        place = Path("workspaces", workspace, "datastores", datastore)
        folder = (self.base or self.path) / place
        if datastore not in DEFAULT_DATASTORES:
            folder = self._registered_datastore(workspace, datastore, folder)
        if self.base is not None:
            link_below(folder, self.path / place)
            folder = self.path / place
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def root_folder(self, root_id: str) -> Path:
        """Folder of a root run: its journal, its inbox, its runner's log, one folder a run below it."""
        return self.path / "runs" / self.store.folder_of(root_id)

    def run_folder(self, run: RunRecord) -> Path:
        """Folder of any run."""
        return self.root_folder(run.root_id) / run.folder

    def attempt(self, run: RunRecord, number: int) -> Attempt:
        """The paths of one attempt (``argv`` and ``env`` are empty)."""
        folder = self.run_folder(run) / f"attempt-{number}"
        return Attempt(key=AttemptKey(run.id, number), folder=folder, argv=(), env={})

    def close(self) -> None:
        """Let go of files and connections."""
        self.store.close()

    def _registered_datastore(self, workspace: str, datastore: str, default: Path) -> Path:
        try:
            record = self.store.named(workspace, "datastore", datastore)
        except NotFoundError as error:
            known = sorted({*DEFAULT_DATASTORES, *(r.name for r in self.store.all_named(workspace, "datastore"))})
            rule = f"Workspace '{workspace}' has no datastore of that name."
            raise NotFoundError(rule, received=datastore, remedy=f"It has: {', '.join(known)}.") from error
        folder = record.body.get("folder")
        return Path(str(folder)) if folder else default
