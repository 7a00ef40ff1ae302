"""The index in ``index.db``, and the way to the journals in ``runs/<folder>/run.db``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from hyperstep.digest import Json
from hyperstep.errors import NotFoundError, StoreError
from hyperstep.records.run import ForcedRun, RunKind, RunRecord
from hyperstep.run_store.base import CHANGED, Journal, NamedRecord, StoredFingerprint
from hyperstep.run_store.conflicts import check_new_root, id_taken, no_run
from hyperstep.run_store.mentions import digests_in
from hyperstep.run_store.resolve import ResolvingStore, trial_parts
from hyperstep.run_store.sqlite.copying import copy_database
from hyperstep.run_store.sqlite.database import Database, JournalMode, Transaction
from hyperstep.run_store.sqlite.index_copy import IndexCopy
from hyperstep.run_store.sqlite.journal import SqliteJournal
from hyperstep.run_store.sqlite.migrations import INDEX
from hyperstep.run_store.sqlite.named import FingerprintTable, ForcedTable, NamedTable, SweepTable
from hyperstep.run_store.sqlite.refusals import unwritable
from hyperstep.run_store.sqlite.rows import run_from, run_row

_FOLDER = "select folder from roots where id = ?"
_TAKEN = "select count(*) from roots where id = ? or folder = ?"
_ADD_ROOT = """
insert into roots (folder, workspace, experiment, submission,
    id, parent_id, kind, status, number, name, created_at, body)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE_ROOT = """
update roots set workspace = ?, experiment = ?, parent_id = ?, kind = ?, status = ?, number = ?, name = ?,
    created_at = ?, body = ?
where id = ?
"""
_ROOTS = """
select id, parent_id, kind, status, number, name, created_at, body from roots
where (:workspace is null or workspace = :workspace) and (:experiment is null or experiment = :experiment)
    and (:submission is null or submission = :submission)
order by created_at desc, position desc limit :limit
"""
_REGISTER = """
insert into registered_runs (run_id, root_id) values (?, ?)
on conflict (run_id) do update set root_id = excluded.root_id
"""
_ROOT_OF = "select id from roots where id = :id union all select root_id from registered_runs where run_id = :id"
_STARTING_WITH = """
select id from roots where substr(id, 1, length(:text)) = :text
union select run_id from registered_runs where substr(run_id, 1, length(:text)) = :text
order by 1
"""
_TEXTS = "select body from named union all select body from fingerprints union all select body from sweeps"
_SOURCES = f"select distinct root_id from fingerprints where json_extract(body, '$.record.{CHANGED}') is null"  # noqa: S608 - ours
_REMOVE_ROOT = "delete from roots where id = ?"
_REMOVE_BELOW = (
    "delete from registered_runs where root_id = ?",
    "delete from fingerprints where root_id = ?",
    "delete from sweeps where root_id = ?",
)
_NO_LIMIT = 2**62
_OPEN_JOURNALS = 16
"""How many journals keep their connections; one that is asked again after that opens anew."""


class SqliteRunStore(ResolvingStore):
    """The run store of one home.

    Threads of one process may share it (they take turns), and a forked child may go on using it.

    Args:
        home: The home's folder.
        read_only: Create and write no record. SQLite itself may still put its ``-shm`` and ``-wal`` files beside a
            database; a home without records reads as empty.
        base: A home whose journals are copied here when they are opened.
        journal_mode: See ``JournalMode``.
        busy_timeout_s: How long to wait for another process that writes.
    """

    def __init__(
        self,
        home: Path,
        *,
        read_only: bool = False,
        base: Path | None = None,
        journal_mode: JournalMode = "wal",
        busy_timeout_s: float = 30.0,
    ) -> None:
        self._home = home
        self._base = base
        self._read_only = read_only
        self._open_journal = partial(
            SqliteJournal, read_only=read_only, journal_mode=journal_mode, busy_timeout_s=busy_timeout_s
        )
        self._index = Database(
            home / "index.db",
            INDEX,
            "ro" if read_only else "rwc",
            busy_timeout_s=busy_timeout_s,
            journal_mode=journal_mode,
        )
        copy = IndexCopy(home)
        self._named = NamedTable(self._index, copy)
        self._fingerprints = FingerprintTable(self._index, copy)
        self._folders: dict[str, str] = {}
        """Of the runs that were asked for; a run keeps its folder."""
        self._sweeps = SweepTable(self._index, copy)
        self._forced = ForcedTable(self._index, copy)
        self._journals: dict[str, SqliteJournal] = {}

    def create(self, runs: Sequence[RunRecord], *, folder: str, spec: Json, submission: str = "") -> Journal:
        """See the base."""
        root = check_new_root(runs)
        try:
            return self._keep(self._create(root, runs, folder, spec, submission))
        except OSError as error:
            raise unwritable(self._journal_file(folder), error) from error

    def update_root(self, run: RunRecord) -> None:
        """See the base."""
        run_id, *values = run_row(run)
        with self._index.write() as index:
            if index.execute(_UPDATE_ROOT, (run.workspace, run.experiment, *values, run_id)) != 1:
                raise no_run(run.id)

    def roots(
        self,
        *,
        workspace: str | None = None,
        experiment: str | None = None,
        submission: str | None = None,
        limit: int | None = None,
    ) -> list[RunRecord]:
        """See the base."""
        wanted: dict[str, object] = {
            "workspace": workspace,
            "experiment": experiment,
            "submission": submission,
            "limit": _NO_LIMIT if limit is None else limit,
        }
        return [run_from(row) for row in self._index.query(_ROOTS, wanted)]

    def register_run(self, run_id: str, root_id: str) -> None:
        """See the base."""
        with self._index.write() as index:
            if not index.query(_FOLDER, (root_id,)):
                raise no_run(root_id)
            add_registered(index, run_id, root_id)

    def unknown_runs(self) -> list[Path]:
        """As in the base."""
        from hyperstep.run_store.sqlite.lost import unknown_runs  # noqa: PLC0415 - hardly ever needed

        return unknown_runs(self._home)

    def folder_of(self, root_id: str) -> str:
        """See the base."""
        if root_id not in self._folders:
            found = self._index.query(_FOLDER, (root_id,))
            if not found:
                raise no_run(root_id)
            self._folders[root_id] = str(found[0][0])
        return self._folders[root_id]

    def journal(self, root_id: str) -> Journal:
        """See the base."""
        known = self._journals.get(root_id)
        if known is not None:
            return self._keep(known)
        folder = self.folder_of(root_id)
        file = self._journal_file(folder)
        if self._base is not None and not file.exists():
            copy_database(self._base / "runs" / folder / file.name, file)
        if not _may_hold_records(file):  # opening an empty one for writing would make it a database
            raise _lost(file)
        journal = self._open_journal(root_id, file)
        if not journal.has_root():  # opens it now, so that a damaged file is told here
            journal.close()
            raise _lost(file)
        return self._keep(journal)

    def put_named(self, workspace: str, kind: str, name: str, body: Mapping[str, Json], time: float) -> NamedRecord:
        """See the base."""
        return self._named.put(workspace, kind, name, body, time)

    def replace_named(self, record: NamedRecord, expected: Mapping[str, Json] | None = None) -> bool:
        """See the base."""
        return self._named.replace(record, expected)

    def named(self, workspace: str, kind: str, name: str, version: int | None = None) -> NamedRecord:
        """See the base."""
        return self._named.one(workspace, kind, name, version)

    def all_named(self, workspace: str, kind: str, name: str | None = None) -> list[NamedRecord]:
        """See the base."""
        return self._named.all(workspace, kind, name)

    def remove_named(self, workspace: str, kind: str, name: str, version: int | None = None) -> None:
        """See the base."""
        self._named.remove(workspace, kind, name, version)

    def remember(self, fingerprint: StoredFingerprint) -> None:
        """See the base."""
        self._fingerprints.remember(fingerprint)

    def recall(self, workspace: str, digest: str) -> StoredFingerprint | None:
        """See the base."""
        return next(iter(self._fingerprints.recall(workspace, digest, 1)), None)

    def recall_all(self, workspace: str, digest: str, *, limit: int) -> list[StoredFingerprint]:
        """See the base."""
        return self._fingerprints.recall(workspace, digest, limit)

    def remembered(self, workspace: str, step: str, *, limit: int) -> list[StoredFingerprint]:
        """See the base."""
        return self._fingerprints.remembered(workspace, step, limit)

    def mentioned_digests(self) -> set[str]:
        """See the base."""
        return digests_in(str(row[0]) for row in self._index.query(_TEXTS))

    def reuse_sources(self) -> set[str]:
        """See the base."""
        return {str(row[0]) for row in self._index.query(_SOURCES)}

    def remove_root(self, root_id: str) -> None:
        """See the base."""
        with self._index.write() as index:
            if index.execute(_REMOVE_ROOT, (root_id,)) != 1:
                raise no_run(root_id)
            for sql in _REMOVE_BELOW:
                index.execute(sql, (root_id,))
        self._folders.pop(root_id, None)
        known = self._journals.pop(root_id, None)
        if known is not None:
            known.close()

    def sync(self) -> None:
        """See the base."""
        self._index.sync()

    def remember_sweep(self, sweep: StoredFingerprint) -> None:
        """See the base."""
        self._sweeps.remember(sweep)

    def recall_sweeps(self, workspace: str, digest: str) -> list[StoredFingerprint]:
        """See the base."""
        return self._sweeps.recall(workspace, digest)

    def remembered_sweeps(self, workspace: str, step: str, *, limit: int) -> list[StoredFingerprint]:
        """See the base."""
        return self._sweeps.remembered(workspace, step, limit)

    def remember_forced(self, forced: ForcedRun) -> None:
        """See the base."""
        self._forced.remember(forced)

    def newest_forced(self, workspace: str, digest: str, *, besides: str = "") -> ForcedRun | None:
        """See the base."""
        return self._forced.newest(workspace, digest, besides)

    def close(self) -> None:
        """See the base."""
        for journal in self._journals.values():
            journal.close()
        self._journals.clear()
        self._index.close()

    def _create(
        self, root: RunRecord, runs: Sequence[RunRecord], folder: str, spec: Json, submission: str
    ) -> SqliteJournal:
        """The journal first, then the index's row that makes it known; no file stays when one of them fails."""
        file = self._journal_file(folder)
        with ExitStack() as undo:
            with self._index.write() as index:
                if index.query(_TAKEN, (root.id, folder))[0][0] or file.exists():
                    raise id_taken(root.id, folder)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch(exist_ok=False)
                undo.callback(file.unlink)
                journal = self._open_journal(root.id, file)
                undo.callback(journal.close)
                journal.begin(runs, spec)
                add_root(index, root, folder, submission=submission)
                for run in runs[1:]:
                    if run.kind is not RunKind.TRIAL:  # those are found by their sweep's id
                        add_registered(index, run.id, root.id)
            undo.pop_all()
        return journal

    def _starting_with(self, text: str) -> list[str]:
        return [str(row[0]) for row in self._index.query(_STARTING_WITH, {"text": text})]

    def _find_root(self, run_id: str) -> str | None:
        """The root above a root run, a registered run, or a trial that its sweep's journal has."""
        for (root_id,) in self._index.query(_ROOT_OF, {"id": run_id}):
            return str(root_id)
        parts = trial_parts(run_id)
        if parts is None:
            return None
        for (root_id,) in self._index.query(_ROOT_OF, {"id": parts[0]}):
            return str(root_id) if self._has_run(str(root_id), run_id) else None
        return None

    def _has_run(self, root_id: str, run_id: str) -> bool:
        try:
            self.journal(root_id).run(run_id)
        except NotFoundError:
            return False
        return True

    def _keep(self, journal: SqliteJournal) -> SqliteJournal:
        """Note that a journal was asked for; the ones longest unused let go of their connections."""
        self._journals.pop(journal.root_id, None)
        self._journals[journal.root_id] = journal
        while len(self._journals) > _OPEN_JOURNALS:
            self._journals.pop(next(iter(self._journals))).close()
        return journal

    def _journal_file(self, folder: str) -> Path:
        return self._home / "runs" / folder / "run.db"


def add_root(index: Transaction, root: RunRecord, folder: str, *, submission: str) -> None:
    """Make a root run known to the index."""
    index.execute(_ADD_ROOT, (folder, root.workspace, root.experiment, submission, *run_row(root)))


def add_registered(index: Transaction, run_id: str, root_id: str) -> None:
    """Make a run below a root run findable by its id."""
    index.execute(_REGISTER, (run_id, root_id))


def _may_hold_records(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError:  # whoever opens it says what it is
        return True


def _lost(file: Path) -> StoreError:
    from hyperstep.run_store.sqlite.lost import lost  # noqa: PLC0415 - hardly ever needed

    return lost(file)
