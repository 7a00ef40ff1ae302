"""What there is in a home that might go, and who refers to what."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.web_files import FOLDER as WEB_FILES
from hyperstep.errors import HyperstepError, NotFoundError
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store import was_driven
from hyperstep.run_store.base import Journal
from hyperstep.runtime.garbage.decision import (
    DAMAGED,
    ENVIRONMENTS,
    GRACE_S,
    REQUESTS,
    STRAYS,
    TEMPORARY,
    WORKING,
    Facts,
    Leftover,
    RootFacts,
)
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.ranking import best_value
from hyperstep.runtime.runner.reuse.trial_sources import sources_in

_DIGEST = re.compile(rb"[0-9a-f]{64}")
_WORKING = ("work", "upload", "uploads", "resume-from")
_DAMAGED = "objects/.damaged/*"
_TEMPORARY = ("objects/.incoming/*", "cache/*/*.tmp", "runs/*/inbox/*.tmp", f"{WEB_FILES}/**/.*.part")


def take_inventory(home: Home) -> Facts:
    """The facts. Objects are listed before records are read: what is recorded meanwhile is seen to be referred to."""
    objects = list(home.artifacts.objects())
    young = {held.digest for held in objects if time.time() - held.changed_at < GRACE_S}
    mentioned = home.store.mentioned_digests() | young  # a young manifest may be about to be recorded
    sources = home.store.reuse_sources()
    roots: list[RootFacts] = []
    leftovers: list[Leftover] = []
    unreadable: list[str] = []
    known: set[str] = set()
    specs = ""
    for run in home.store.roots():
        folder = home.store.folder_of(run.id)
        known.add(folder)
        try:
            journal = home.store.journal(run.id)
            facts = _root_facts(home, journal, is_source=run.id in sources)
            mentioned |= journal.mentioned_digests()
            specs += json.dumps(journal.spec())
        except HyperstepError:
            unreadable.append(folder)
            continue
        roots.append(facts)
        leftovers += _of_run(home, journal, home.path / "runs" / folder)
        journal.close()
    strays, lost = _strays(home, known)
    leftovers += [*strays, *_temporary(home.path), *_environments(home.path, specs)]
    return Facts(roots, objects, leftovers, frozenset(with_contents(home.artifacts, mentioned)), [*unreadable, *lost])


def _root_facts(home: Home, journal: Journal, *, is_source: bool) -> RootFacts:
    runs = journal.runs()
    root = next(run for run in runs if run.is_root)
    sweeps = [run for run in runs if run.kind is RunKind.SWEEP]
    return RootFacts(
        id=root.id,
        created_at=root.created_at,
        ended_at=(root.ended_at or root.created_at) if _is_over(home, root) else None,
        tags=root.tags,
        is_source=is_source,
        reusable=frozenset(trial.id for run in sweeps for trial in sources_in(journal, run.id)),
        ranked=tuple(_ranked(journal, run) for run in sweeps),
        files={run.id: frozenset(a.digest for a in journal.artifacts(run.id)) for run in runs},
    )


def _is_over(home: Home, root: RunRecord) -> bool:
    """Whether a run has ended and its runner is gone."""
    return root.status.is_terminal and (root.kind is RunKind.INTERACTIVE or live_owner(home, root.id) is None)


def _ranked(journal: Journal, sweep: RunRecord) -> tuple[str, ...]:
    """Trials with a usable value, best first; of equals the one that was sampled first."""
    config = json.loads(sweep.properties.get("primary_metric_config") or "{}")
    goal = Goal(str(config.get("goal", Goal.MAXIMIZE.value)).lower())
    metrics = journal.metrics_of_children(sweep.id, name=str(config.get("name", "")))
    values = {trial: best_value(records, goal) for trial, records in metrics.items()}
    sound = [run for run in journal.runs(parent_id=sweep.id) if values.get(run.id) is not None]
    sign = 1 if goal is Goal.MINIMIZE else -1
    sound.sort(key=lambda run: (run.status.value == "Failed", sign * (values[run.id] or 0.0), run.number))
    return tuple(run.id for run in sound)


def _of_run(home: Home, journal: Journal, folder: Path) -> Iterator[Leftover]:
    """Working folders of a run's attempts, and requests with their answers."""
    for record in journal.attempts():
        attempt = home.attempt(journal.run(record.key.run_id), record.key.number)
        for name in _WORKING:
            yield from _leftover(home.path, WORKING, attempt.folder / name, journal.root_id, record.key.run_id)
    for run in journal.runs():
        if run.kind is RunKind.TRIAL:
            continue
        yield from _leftover(home.path, WORKING, home.run_folder(run) / "inputs", journal.root_id, run.id)
    for path in (folder / "inbox").glob("*.json"):
        yield from _leftover(home.path, REQUESTS, path, journal.root_id)


def _strays(home: Home, known: set[str]) -> tuple[list[Leftover], list[str]]:
    """Folders that the index does not know: of submissions that crashed; and those that have been somebody's."""
    strays: list[Leftover] = []
    lost: list[str] = []
    for folder in sorted((home.path / "runs").glob("*")):
        if folder.name in known or not folder.is_dir():
            continue
        if (folder / "runner.log").exists() or was_driven(folder):
            lost.append(folder.name)
        else:
            strays += _leftover(home.path, STRAYS, folder)
    return strays, lost


def _temporary(home: Path) -> Iterator[Leftover]:
    for path in home.glob(_DAMAGED):
        yield from _leftover(home, DAMAGED, path)
    for pattern in _TEMPORARY:
        for path in home.glob(pattern):
            yield from _leftover(home, TEMPORARY, path)


def _environments(home: Path, specs: str) -> Iterator[Leftover]:
    """Built environments that no recorded run was submitted with."""
    for folder in (home / "environments").glob("*"):
        if folder.name not in specs:
            yield from _leftover(home, ENVIRONMENTS, folder)


def _leftover(home: Path, category: str, path: Path, root_id: str = "", run_id: str = "") -> Iterator[Leftover]:
    with suppress(OSError):
        changed_at = path.lstat().st_mtime
        yield Leftover(category, path.relative_to(home).as_posix(), _size(path), changed_at, root_id, run_id)


def _size(path: Path) -> int:
    if not path.is_dir() or path.is_symlink():
        return path.lstat().st_size
    total = 0
    for folder, _folders, files in os.walk(path):
        for name in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - folders can be large
    return total


def with_contents(artifacts: ArtifactStore, mentioned: Iterable[str]) -> set[str]:
    """Digests, and those that the manifests among them speak of."""
    found = set(mentioned)
    for digest in mentioned:
        with suppress(NotFoundError):
            data = artifacts.read_bytes(digest) if artifacts.is_document(digest) else b""
            found.update(match.decode() for match in _DIGEST.findall(data))
    return found
