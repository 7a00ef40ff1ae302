"""The run store in memory: the same promises within one process, for simulations and tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.errors import NotFoundError, StoreError
from hyperstep.records.run import ForcedRun, RunKind, RunRecord
from hyperstep.run_store.base import CHANGED, Journal, NamedRecord, StoredFingerprint
from hyperstep.run_store.conflicts import check_new_root, id_taken, no_named, no_run
from hyperstep.run_store.memory_journal import JournalState, MemoryJournal, detached
from hyperstep.run_store.mentions import digests_in
from hyperstep.run_store.resolve import ResolvingStore, trial_parts

NameKey = tuple[str, str, str]
"""Workspace, kind, name."""


class RootEntry(Struct):
    """What the index knows of a root run."""

    run: RunRecord
    folder: str
    submission: str
    journal: JournalState


class StoreState(Struct):
    """All that is recorded. Stores made over the same state stand for processes over the same files."""

    roots: dict[str, RootEntry] = field(default_factory=dict)
    registered: dict[str, str] = field(default_factory=dict)
    named: dict[NameKey, dict[int, NamedRecord]] = field(default_factory=dict)
    counters: dict[NameKey, int] = field(default_factory=dict)
    fingerprints: list[StoredFingerprint] = field(default_factory=list)
    sweeps: dict[tuple[str, str], StoredFingerprint] = field(default_factory=dict)
    """By run id and digest."""
    forced: list[ForcedRun] = field(default_factory=list)
    """As they were kept."""
    lock: threading.Lock = field(default_factory=threading.Lock)


class MemoryRunStore(ResolvingStore):
    """The run store over plain dictionaries.

    Args:
        state: Share that of another store; a new one without it.
        read_only: Refuse every write.
    """

    def __init__(self, state: StoreState | None = None, *, read_only: bool = False) -> None:
        self.state = state or StoreState()
        self._read_only = read_only

    def create(self, runs: Sequence[RunRecord], *, folder: str, spec: Json, submission: str = "") -> Journal:
        """See the base."""
        root = check_new_root(runs)
        with self._writing():
            if root.id in self.state.roots or any(e.folder == folder for e in self.state.roots.values()):
                raise id_taken(root.id, folder)
            journal = JournalState(root_id=root.id, spec=detached(spec))
            with MemoryJournal(journal).transaction(0) as writer:
                for run in runs:
                    writer.put_run(run)
            entry = RootEntry(run=_copy(root), folder=folder, submission=submission, journal=journal)
            self.state.roots[root.id] = entry
            below = [run for run in runs[1:] if run.kind is not RunKind.TRIAL]  # those are found by their sweep's id
            self.state.registered.update((run.id, root.id) for run in below)
        return self.journal(root.id)

    def update_root(self, run: RunRecord) -> None:
        """See the base."""
        with self._writing():
            self._entry(run.id).run = _copy(run)

    def roots(
        self,
        *,
        workspace: str | None = None,
        experiment: str | None = None,
        submission: str | None = None,
        limit: int | None = None,
    ) -> list[RunRecord]:
        """See the base."""
        found = [
            entry.run
            for entry in reversed(self.state.roots.values())
            if workspace in {None, entry.run.workspace}
            and experiment in {None, entry.run.experiment}
            and submission in {None, entry.submission}
        ]
        found.sort(key=lambda run: -run.created_at)
        return [_copy(run) for run in found[:limit]]

    def register_run(self, run_id: str, root_id: str) -> None:
        """See the base."""
        with self._writing():
            self._entry(root_id)
            self.state.registered[run_id] = root_id

    def folder_of(self, root_id: str) -> str:
        """See the base."""
        return self._entry(root_id).folder

    def journal(self, root_id: str) -> Journal:
        """See the base."""
        return MemoryJournal(self._entry(root_id).journal, read_only=self._read_only)

    def put_named(self, workspace: str, kind: str, name: str, body: Mapping[str, Json], time: float) -> NamedRecord:
        """See the base."""
        key = (workspace, kind, name)
        with self._writing():
            version = self.state.counters.get(key, 0) + 1
            record = NamedRecord(
                workspace=workspace, kind=kind, name=name, version=version, body=detached(body), created_at=time
            )
            self.state.counters[key] = version
            self.state.named.setdefault(key, {})[version] = record
        return replace(record, body=detached(body))

    def replace_named(self, record: NamedRecord, expected: Mapping[str, Json] | None = None) -> bool:
        """See the base."""
        key = (record.workspace, record.kind, record.name)
        with self._writing():
            versions = self.state.named.get(key, {})
            if record.version not in versions:
                raise no_named(*key, record.version)
            if expected is not None and versions[record.version].body != detached(expected):
                return False
            versions[record.version] = replace(versions[record.version], body=detached(record.body))
            return True

    def named(self, workspace: str, kind: str, name: str, version: int | None = None) -> NamedRecord:
        """See the base."""
        versions = self.state.named.get((workspace, kind, name), {})
        wanted = max(versions, default=None) if version is None else version
        if wanted is None or wanted not in versions:
            raise no_named(workspace, kind, name, version)
        return _copy_named(versions[wanted])

    def all_named(self, workspace: str, kind: str, name: str | None = None) -> list[NamedRecord]:
        """See the base."""
        keys = sorted(k for k in self.state.named if k[:2] == (workspace, kind) and name in {None, k[2]})
        return [_copy_named(self.state.named[key][v]) for key in keys for v in sorted(self.state.named[key])[::-1]]

    def remove_named(self, workspace: str, kind: str, name: str, version: int | None = None) -> None:
        """See the base."""
        with self._writing():
            versions = self.state.named.get((workspace, kind, name), {})
            for found in [v for v in versions if version in {None, v}]:
                del versions[found]

    def remember(self, fingerprint: StoredFingerprint) -> None:
        """See the base."""
        with self._writing():
            self.state.fingerprints.append(_copy_fingerprint(fingerprint))

    def recall(self, workspace: str, digest: str) -> StoredFingerprint | None:
        """See the base."""
        return next(iter(self.recall_all(workspace, digest, limit=1)), None)

    def recall_all(self, workspace: str, digest: str, *, limit: int) -> list[StoredFingerprint]:
        """See the base."""
        found = [f for f in self.state.fingerprints if (f.workspace, f.digest) == (workspace, digest)]
        return [_copy_fingerprint(f) for f in _newest_first(found)[:limit]]

    def remembered(self, workspace: str, step: str, *, limit: int) -> list[StoredFingerprint]:
        """See the base."""
        found = [f for f in self.state.fingerprints if (f.workspace, f.step) == (workspace, step)]
        return [_copy_fingerprint(f) for f in _newest_first(found)[:limit]]

    def mentioned_digests(self) -> set[str]:
        """See the base."""
        named = [dict(r.body) for versions in self.state.named.values() for r in versions.values()]
        known = [*self.state.fingerprints, *self.state.sweeps.values()]
        return digests_in([json.dumps(named), *(json.dumps([f.parts, f.outputs]) for f in known)])

    def reuse_sources(self) -> set[str]:
        """See the base."""
        return {found.root_id for found in self.state.fingerprints if CHANGED not in found.record}

    def remove_root(self, root_id: str) -> None:
        """See the base."""
        with self._writing():
            self._entry(root_id)
            del self.state.roots[root_id]
            for run_id in [run_id for run_id, root in self.state.registered.items() if root == root_id]:
                del self.state.registered[run_id]
            self.state.fingerprints[:] = [f for f in self.state.fingerprints if f.root_id != root_id]
            for key in [key for key, sweep in self.state.sweeps.items() if sweep.root_id == root_id]:
                del self.state.sweeps[key]

    def sync(self) -> None:
        """Nothing survives the process."""

    def remember_sweep(self, sweep: StoredFingerprint) -> None:
        """See the base."""
        with self._writing():
            self.state.sweeps.pop((sweep.run_id, sweep.digest), None)
            self.state.sweeps[sweep.run_id, sweep.digest] = _copy_fingerprint(sweep)

    def recall_sweeps(self, workspace: str, digest: str) -> list[StoredFingerprint]:
        """See the base."""
        found = [s for s in self.state.sweeps.values() if (s.workspace, s.digest) == (workspace, digest)]
        return [_copy_fingerprint(s) for s in _newest_first(found)]

    def remembered_sweeps(self, workspace: str, step: str, *, limit: int) -> list[StoredFingerprint]:
        """See the base."""
        found = [s for s in self.state.sweeps.values() if (s.workspace, s.step) == (workspace, step)]
        return [_copy_fingerprint(s) for s in _newest_first(found)[:limit]]

    def remember_forced(self, forced: ForcedRun) -> None:
        """See the base."""
        with self._writing():
            if _forced_key(forced) not in map(_forced_key, self.state.forced):
                self.state.forced.append(forced)

    def newest_forced(self, workspace: str, digest: str, *, besides: str = "") -> ForcedRun | None:
        """See the base."""
        equal = (f for f in reversed(self.state.forced) if (f.workspace, f.digest) == (workspace, digest))
        return next((forced for forced in equal if forced.root_id != besides), None)

    def close(self) -> None:
        """Nothing to let go of: the records stay with the state."""

    def _writing(self) -> threading.Lock:
        if self._read_only:
            rule = "This run store was opened for reading only."
            raise StoreError(rule, remedy="A trial asks its runner to write.")
        return self.state.lock

    def _entry(self, root_id: str) -> RootEntry:
        try:
            return self.state.roots[root_id]
        except KeyError:
            raise no_run(root_id) from None

    def _starting_with(self, text: str) -> list[str]:
        return sorted(run_id for run_id in {*self.state.roots, *self.state.registered} if run_id.startswith(text))

    def _known_root(self, run_id: str) -> str | None:
        return run_id if run_id in self.state.roots else self.state.registered.get(run_id)

    def _find_root(self, run_id: str) -> str | None:
        root_id = self._known_root(run_id)
        parts = trial_parts(run_id)
        if root_id is not None or parts is None:
            return root_id
        root_id = self._known_root(parts[0])
        try:
            if root_id is not None:
                self.journal(root_id).run(run_id)
        except NotFoundError:
            return None
        return root_id


def _copy(run: RunRecord) -> RunRecord:
    return from_json(RunRecord, to_json(run))


def _copy_named(record: NamedRecord) -> NamedRecord:
    return replace(record, body=detached(record.body))


def _copy_fingerprint(fingerprint: StoredFingerprint) -> StoredFingerprint:
    return replace(
        fingerprint,
        parts=detached(fingerprint.parts),
        outputs=detached(fingerprint.outputs),
        record=detached(fingerprint.record),
    )


def _forced_key(forced: ForcedRun) -> tuple[str, str, str]:
    return forced.workspace, forced.digest, forced.root_id


def _newest_first(found: Sequence[StoredFingerprint]) -> list[StoredFingerprint]:
    pairs = sorted(enumerate(found), key=lambda pair: (pair[1].created_at, pair[0]), reverse=True)
    return [fingerprint for _, fingerprint in pairs]
