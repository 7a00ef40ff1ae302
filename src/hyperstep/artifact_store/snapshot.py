"""A source folder by content: what is in it (ignore rules, limits), and a working copy of it."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.digest_cache import DigestCache
from hyperstep.artifact_store.ignore import IgnoreRules, ignore_line, read_ignore_rules
from hyperstep.artifact_store.walk import FoundFile, walk_files
from hyperstep.codec import from_json, to_json
from hyperstep.digest import canonical_json, digest_bytes, digest_file
from hyperstep.errors import InvalidInputError, NotFoundError, StoreError
from hyperstep.unicode_text import encodable

_FORMAT = "hyperstep snapshot 1"
_RULES = "ignore rules"
"""Key under which the cache keeps the rules that kept its files."""
_WALK_BOUND = 100_000
"""Files beyond the limit after which the walk gives up: somebody's whole disk is no source folder."""
_HELD_AT = "held at"
"""Key under which the cache keeps when the store was seen to hold all files."""
_LOOK_EVERY_NS = 3_000_000_000
"""How often that is written down anew: what was stored before, and longer ago than a step of the file system's times,
need not be looked at one by one then."""
_AGAIN = "Submit it again with `hyperstep run --verify`: what is damaged is stored again from your folder."
KEPT_FOLDERS = ("outputs", "logs")
"""What a script writes there stays, whatever the snapshot has of these names."""


class SnapshotFile(msgspec.Struct, frozen=True, gc=False):
    """One file of a snapshot."""

    path: str
    """Below the folder, with forward slashes."""
    digest: str
    size: int
    executable: bool


class Snapshot(Struct, frozen=True):
    """A folder's files, sorted by path. Times, owners and the folder's place are no part of it."""

    digest: str
    """Digest of paths, contents and executable bits; the store holds this manifest under it."""
    files: tuple[SnapshotFile, ...]


class SnapshotLimits(Struct, frozen=True):
    """How large a source folder may be; None for no bound."""

    max_bytes: int | None
    max_files: int | None


def take_snapshot(folder: Path, store: ArtifactStore, limits: SnapshotLimits) -> Snapshot:
    """Store a folder's content.

    ``.amlignore`` in the folder decides what is left out, else ``.gitignore``, never both (v1). Beyond v1,
    ``__pycache__``, ``.git``, virtual environments and the store's own home are always left out. Ignored folders are
    not walked. Symbolic links are followed and what they lead to is stored (see ``walk_files``). Empty folders are not
    part of it.

    Files that have not changed since the last snapshot are not read again, unless the store verifies; neither is it
    looked at again what the store holds of them, as long as none of it came or went and the machine was not started.

    Raises:
        InvalidInputError: The folder does not exist, a file in it cannot be read, or it is over a limit: the message
            lists the ten largest files and the ignore line to add for each.
        OSError: The store's disk is full.
    """
    if not folder.is_dir():
        rule = "The source folder must be a folder that exists."
        raise InvalidInputError(rule, received=str(folder), remedy=f"The current folder is {Path.cwd()}.")
    rules = read_ignore_rules(folder)
    cache = DigestCache.of_folder(store.home, folder, verify=store.verify)
    known = cache.paths if cache.last(_RULES) == rules.digest else frozenset()
    found = _find_files(folder, (store.home, store.base_home), rules, limits, known)
    files = _store_all(found, store, cache, rules)
    digest, _, size = cache.whole(_FORMAT).partition(" ")
    if not size or not store.renew(digest, int(size)):
        manifest = canonical_json({"format": _FORMAT, "files": [to_json(file) for file in files]}).encode("ascii")
        digest = store.put_bytes(manifest)
        cache.keep_whole(_FORMAT, f"{digest} {len(manifest)}")
    cache.keep_whole(_RULES, rules.digest)
    cache.save()
    return Snapshot(digest=digest, files=files)


def load_snapshot(digest: str, store: ArtifactStore) -> Snapshot:
    """The snapshot that was stored under ``digest``.

    Raises:
        NotFoundError: It is not held.
        StoreError: What is held is damaged, or no snapshot, or one with a path that leads out of its folder.
    """
    data = store.read_bytes(digest)
    if digest_bytes(data) != digest:
        rule = "The list of a run's source files must be as it was stored, and it is damaged."
        raise StoreError(rule, received=digest, remedy=_AGAIN)
    try:
        manifest = json.loads(data)
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        rule = f"A snapshot's digest must lead to its manifest of the format '{_FORMAT}'."
        raise StoreError(rule, received=digest, remedy="Was it written by a newer version of hyperstep?")
    files = from_json(tuple[SnapshotFile, ...], manifest.get("files"))
    for file in files:
        _check_inside(file.path)
    return Snapshot(digest=digest, files=files)


def write_snapshot(snapshot: Snapshot, store: ArtifactStore, target: Path) -> None:
    """Make a working copy in a folder without such files: own writable ones (reflinked where that works, else copied).

    Raises:
        NotFoundError: The store does not hold one of the files, or it is damaged, as its size tells, or its content
            where the store verifies; then it is set aside.
        OSError: The disk is full, or the target cannot be written.
    """
    target.mkdir(parents=True, exist_ok=True)
    made = {""}
    for file in snapshot.files:
        folder = file.path.rpartition("/")[0]
        if folder not in made:
            (target / folder).mkdir(parents=True, exist_ok=True)
            made.add(folder)
        place = target / file.path
        is_doubtful = store.fetch_new(file.digest, place) != file.size or store.verify
        if is_doubtful and digest_file(place) != file.digest:
            raise _damaged(file, store)
        if file.executable:
            mode = place.stat().st_mode
            place.chmod(mode | (mode & 0o444) >> 2)


def remove_snapshot(snapshot: Snapshot, target: Path) -> None:
    """Remove the working copy's snapshot files, but nothing that was added or changed, and nothing in the folders
    ``outputs`` and ``logs``.
    """  # noqa: D205 - one sentence
    removed = []
    for file in _passing_files(snapshot):
        place = f"{target}/{file.path}"  # a path object for each would cost as much as the rest
        if _is_unchanged(place, file):
            with suppress(FileNotFoundError):
                os.unlink(place)  # noqa: PTH108
            removed.append(file.path)
    for folder in sorted(_folders_above(removed), key=lambda path: path.count("/"), reverse=True):
        with suppress(OSError):  # it is not empty
            (target / folder).rmdir()


def is_removed(snapshot: Snapshot, target: Path) -> bool:
    """Whether ``remove_snapshot`` has come to its end there: what it removes last is not there."""
    removed = _passing_files(snapshot)
    return not removed or not os.path.lexists(target / removed[-1].path)


def _passing_files(snapshot: Snapshot) -> list[SnapshotFile]:
    """Those that are not in a folder which stays."""
    return [file for file in snapshot.files if file.path.partition("/")[0] not in KEPT_FOLDERS]


def _find_files(
    folder: Path, homes: Iterable[Path | None], rules: IgnoreRules, limits: SnapshotLimits, known: Collection[str]
) -> list[FoundFile]:
    """The files to store, by path, within the limits; of ``known`` paths it is known that the rules keep them."""
    own = [home for home in homes if home and home.exists()]
    known_folders = _folders_above(known)

    def keep(path: str, is_folder: bool) -> bool:
        if not is_folder and encodable(path) in known:
            return True
        if path not in known_folders and rules.ignores(path, is_folder=is_folder):
            return False
        return not (is_folder and _is_no_source(folder / path, own))

    found: list[FoundFile] = []
    bound = None if limits.max_files is None else limits.max_files + _WALK_BOUND
    try:
        for file in walk_files(folder, keep):
            found.append(file)
            if bound is not None and len(found) > bound:
                break
    except OSError as error:
        place = Path(error.filename or folder)
        path = f"{place.relative_to(folder).as_posix()}/" if place != folder else ""
        raise _unreadable(place, error, rules, path) from error
    _check_limits(folder, found, limits, rules, bound)
    return sorted(found, key=itemgetter(0))  # by path


def _folders_above(paths: Iterable[str]) -> set[str]:
    """All folders that these paths lie in, at any depth."""
    found: set[str] = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _is_no_source(folder: Path, own: Iterable[Path]) -> bool:
    """A virtual environment, or a home of the store."""
    return (folder / "pyvenv.cfg").is_file() or any(_is_same(folder, home) for home in own)


def _is_same(folder: Path, own: Path) -> bool:
    try:
        return folder.samefile(own)
    except OSError:
        return False


def _check_limits(
    folder: Path, found: Sequence[FoundFile], limits: SnapshotLimits, rules: IgnoreRules, bound: int | None
) -> None:
    if limits.max_files is not None and len(found) > limits.max_files:
        from hyperstep.artifact_store.oversize import too_many  # noqa: PLC0415 - needed for a mistake only

        complete = bound is None or len(found) <= bound
        raise too_many(folder, found, limits.max_files, rules.file, complete=complete)
    if limits.max_bytes is not None and sum(file.stat.st_size for file in found) > limits.max_bytes:
        from hyperstep.artifact_store.oversize import too_large  # noqa: PLC0415 - as above

        raise too_large(folder, found, limits.max_bytes, rules.file)


def _store_all(
    found: Sequence[FoundFile], store: ArtifactStore, cache: DigestCache, rules: IgnoreRules
) -> tuple[SnapshotFile, ...]:
    """All files as stored; those that have vanished meanwhile are left out."""
    held_at = int(cache.last(_HELD_AT) or 0)
    looked_at = time.time_ns()
    if held_at < _started_at(looked_at):
        held_at = 0  # a loss of power changes files, and not the times of their folders
    digests = {file.path: cache.known(file.path, file.stat) for file in found}
    known = {digest: file.stat.st_size for file in found if (digest := digests[file.path]) is not None}
    missing = store.missing(known, held_at)
    if held_at + _LOOK_EVERY_NS < looked_at:
        cache.keep_whole(_HELD_AT, str(looked_at))
    files: list[SnapshotFile] = []
    for file in found:
        digest = digests[file.path]
        if digest is None or digest in missing:
            digest = _store_file(file, store, rules, cache)
        if digest is not None:
            executable = bool(file.stat.st_mode & stat.S_IXUSR)
            files.append(SnapshotFile(file.path, digest, file.stat.st_size, executable))
    return tuple(files)


def _started_at(now_ns: int) -> int:
    """When the machine was started, as far as its clocks tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: counts on while the machine sleeps
    return now_ns - (time.monotonic_ns() if clock is None else time.clock_gettime_ns(clock))


def _store_file(file: FoundFile, store: ArtifactStore, rules: IgnoreRules, cache: DigestCache) -> str | None:
    """Read and store a file; returns its digest, None when it has vanished since it was found."""

    def put() -> str:
        try:
            file.place.open("rb").close()  # an error from here is about the file, a later one about the store
        except OSError as error:
            raise _unreadable(file.place, error, rules, file.path) from error
        return store.put_file(file.place)

    try:
        digest = cache.digest(file.path, file.stat, put)
        return digest if store.renew(digest, file.stat.st_size) else put()
    except InvalidInputError:
        if file.place.exists():
            raise
        return None


def _unreadable(place: Path, error: OSError, rules: IgnoreRules, path: str = "") -> InvalidInputError:
    rule = f"A source folder and all files in it must be readable: {error.strerror}."
    remedy = f"Change its permissions, or add the line {ignore_line(path)} to {rules.file}." if path else ""
    return InvalidInputError(rule, received=str(place), remedy=remedy)


def _check_inside(path: str) -> None:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or os.path.isabs(path):  # noqa: PTH117 - Windows' drives too
        rule = "A snapshot's paths must lie below its folder."
        raise StoreError(rule, received=path, remedy="Nothing was written. Where does this snapshot come from?")


def _damaged(file: SnapshotFile, store: ArtifactStore) -> NotFoundError:
    store.set_aside(file.digest)
    rule = "A run's source files must be as they were stored, and one is damaged."
    return NotFoundError(rule, received=file.path, remedy=_AGAIN)


def _is_unchanged(place: str, file: SnapshotFile) -> bool:
    """Whether a file of the working copy still holds what the snapshot put there."""
    try:
        status = os.lstat(place)
        if not stat.S_ISREG(status.st_mode) or status.st_size != file.size:
            return False
        return digest_file(place) == file.digest
    except OSError:
        return False
