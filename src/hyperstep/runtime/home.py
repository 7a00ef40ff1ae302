"""One home: settings, run store, artifact store, and where everything lies below it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from hyperstep.artifact_store import open_artifact_store
from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.errors import DiskFullError, NotFoundError, StoreError
from hyperstep.file_systems import file_system_of, free_bytes, is_network, is_read_only
from hyperstep.records.attempt import Attempt, AttemptKey
from hyperstep.records.run import RunRecord
from hyperstep.run_store import open_run_store
from hyperstep.run_store.base import RunStore
from hyperstep.runtime.datastore_names import DEFAULT_DATASTORES
from hyperstep.runtime.overlay import LINKED, base_of, link_below
from hyperstep.settings import Settings, load_settings

VERIFY_VARIABLE = "HYPERSTEP_VERIFY"
"""Set to anything: read all files again, stored ones too."""
_MB = 1024 * 1024


class Home(Struct, frozen=True):
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
    def open(cls, settings: Settings | None = None, *, read_only: bool = False, look: bool = True) -> Home:
        """The home that the settings name (those of the current folder without them), made when absent.

        Args:
            settings: Where and how.
            read_only: Never write to the run store, nor make an absent home: what a trial and a reading command use.
            look: Make it, or see that it can be written to now. Without, that is met at the first write.

        Raises:
            StoreError: It cannot be made or written to, or lies on a network file system that no setting allows.
        """
        settings = settings or load_settings()
        on_network = _check_place(settings)
        if look and not read_only:
            make_writable(settings.home)
        base = base_of(settings.home)
        return cls(
            path=settings.home,
            settings=settings,
            store=open_run_store(
                settings.home,
                read_only=read_only,
                base=base,
                journal_mode="delete" if on_network else "wal",
                busy_timeout_s=settings.store_wait_s,
            ),
            artifacts=open_artifact_store(settings.home, base=base, verify=bool(os.environ.get(VERIFY_VARIABLE))),
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
            link_below(folder, self.path / place, self.path / LINKED)
            folder = self.path / place
        make_folder(folder)
        return folder

    def root_folder(self, root_id: str) -> Path:
        """Folder of a root run: its journal, its inbox, its runner's log, one folder a run below it."""
        return _below_runs(self.path, self.store.folder_of(root_id))

    def run_folder(self, run: RunRecord) -> Path:
        """Folder of any run."""
        return self.root_folder(run.root_id) / run.folder

    def attempt(self, run: RunRecord, number: int) -> Attempt:
        """The paths of one attempt (``argv`` and ``env`` are empty)."""
        folder = self.run_folder(run) / f"attempt-{number}"
        return Attempt(key=AttemptKey(run.id, number), folder=folder, argv=(), env={})

    def require_room(self) -> None:
        """Refuse to begin something where there is no room for its records.

        Raises:
            DiskFullError: Less is free than the settings ask for.
        """
        free, needed = free_bytes(self.path), self.settings.min_free_bytes
        if free < needed:
            rule = f"Where the home lies, {needed / _MB:g} MB must be free before anything is submitted (min_free_mb)."
            remedy = "Free some space (`hyperstep gc` shows what can go), or set HYPERSTEP_HOME to another disk."
            raise DiskFullError(rule, received=f"{free / _MB:.1f} MB free at {self.path}", remedy=remedy)

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


@lru_cache(maxsize=64)
def _below_runs(home: Path, folder: str) -> Path:
    """Asked for several times a trial: path objects are not made anew each time."""
    return home / "runs" / folder


def make_folder(folder: Path) -> None:
    """Make a folder, with those above it, where it is not there; of most it is known by a look, a third of the cost.

    Raises:
        OSError: It cannot be made, or a file is in its place.
    """
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)


def _check_place(settings: Settings) -> bool:
    """Whether the home lies on a network file system; refuses that unless the settings allow it."""
    kind = file_system_of(settings.home)
    if not is_network(kind):
        return False
    if settings.network_home != "allow":
        rule = f"The home must lie on a local disk; on a network file system ({kind}) its records could be damaged."
        remedy = 'Set HYPERSTEP_HOME to a local folder, or network_home = "allow" for a slower, safer way to write.'
        raise StoreError(rule, received=str(settings.home), remedy=remedy)
    return True


def make_writable(home: Path) -> None:
    """Make the home's folder, or see that it can be written to.

    Raises:
        StoreError: It cannot.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise _unusable(home, "it is a file") from None
    except NotADirectoryError as error:
        raise _unusable(home, "it lies below a file") from error
    except OSError as error:
        raise _unusable(home, f"it cannot be made: {error.strerror}") from error
    if not os.access(home, os.W_OK | os.X_OK):
        why = "its disk is mounted for reading only" if is_read_only(home) else "you have no permission to write there"
        raise _unusable(home, why)


def _unusable(home: Path, why: str) -> StoreError:
    rule = f"The home must be a folder that can be written to, and {why}."
    remedy = "Nothing was submitted. Set HYPERSTEP_HOME to another folder, or mend this one (see `hyperstep doctor`)."
    return StoreError(rule, received=str(home), remedy=remedy)
