"""A run's files: names, downloads, logs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from hyperstep.azureml_v1.core.run_details import log_files, log_text
from hyperstep.azureml_v1.core.session import job_run_id
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.file_tree import files_under

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run_source import RunSource

_SHOWN_NAMES = 20


class RunFile(Struct, frozen=True):
    """One file of a run: in the records, or (of the run that this process is) still only on disk."""

    path: str
    """Name within the run."""
    digest: str = ""
    size: int = 0
    """Bytes."""
    local: Path | None = None

    def stored(self, source: RunSource) -> str:
        """Its digest, once its content is kept."""
        return self.digest if self.local is None else source.home.artifacts.put_file(self.local)

    def copy_to(self, source: RunSource, target: Path) -> None:
        """Write its content to ``target``, with its folders."""
        if self.local is None:
            source.home.artifacts.fetch(self.digest, target)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.local, target)


def files(source: RunSource) -> list[RunFile]:
    """A run's files by name; those of the run that this process is, as they are now."""
    recorded = source.journal.artifacts(source.run_id)
    found = {artifact.path: RunFile(artifact.path, artifact.digest, artifact.size) for artifact in recorded}
    if source.run_id == job_run_id():
        found |= {file.path: file for file in _files_of_this_job()}
    return [found[path] for path in sorted(found)]


def files_below(source: RunSource, prefix: str) -> list[RunFile]:
    """The file of that name, or the files in the folder of that name."""
    name = prefix.strip("/").removeprefix("./")
    return [file for file in files(source) if file.path == name or file.path.startswith(f"{name}/")]


def download_file(source: RunSource, name: str, target: str | os.PathLike[str] | None) -> str:
    """Copy one file to ``target`` (a folder, or a file's new path; without it, into the current folder).

    Raises:
        UserErrorException: The run has no such file; the message lists those it has.
    """
    found = next((file for file in files(source) if file.path == name), None)
    if found is None:
        known = [file.path for file in files(source)][:_SHOWN_NAMES]
        message = f"Run {source.run_id} has no file {name!r}. It has: {', '.join(known) or 'none'}."
        raise UserErrorException(message)
    path = Path(target) if target is not None else Path()
    if path.is_dir() or os.fspath(target or "").endswith(("/", os.sep)):
        path /= Path(name).name
    found.copy_to(source, path)
    return str(path)


def download_files(
    source: RunSource,
    prefix: str | None,
    output_directory: str | os.PathLike[str] | None,
    output_paths: Sequence[str | os.PathLike[str]] | None,
    *,
    append_prefix: bool,
) -> list[str]:
    """Copy the files in a folder of the run (all without ``prefix``).

    Args:
        source: The run.
        prefix: Name of a folder within the run.
        output_directory: Where to; the current folder without it.
        output_paths: A path for each file, in order of names, instead.
        append_prefix: Keep the folder's own name in the copies' paths.

    Raises:
        UserErrorException: No file is there, or the paths are not as many as the files.
    """
    folder = f"{prefix.rstrip('/')}/" if prefix else ""
    found = [file for file in files(source) if file.path.startswith(folder)]
    if not found:
        known = ", ".join(file.path for file in files(source)[:_SHOWN_NAMES])
        message = f"Run {source.run_id} has no file in {folder!r}. It has: {known or 'none'}."
        raise UserErrorException(message)
    base = Path(output_directory) if output_directory is not None else Path()
    names = [file.path if append_prefix else file.path.removeprefix(folder) for file in found]
    targets = [base / name for name in names] if output_paths is None else [base / path for path in output_paths]
    if len(targets) != len(found):
        message = f"output_paths must have one path for each of the {len(found)} files. Received: {len(targets)}."
        raise UserErrorException(message)
    for file, target in zip(found, targets, strict=True):
        file.copy_to(source, target)
    return [str(target) for target in targets]


def all_logs(source: RunSource, destination: str | os.PathLike[str] | None) -> list[str]:
    """Copy all logs into a folder (``assets/logs`` of the current one without it); returns the paths."""
    folder = Path(destination) if destination is not None else Path.cwd() / "assets" / "logs"
    written = []
    for name in log_files(source, source.record()):
        target = folder / source.run_id / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(log_text(source, name), encoding="utf-8")
        written.append(str(target))
    return written


def _files_of_this_job() -> Iterator[RunFile]:
    folder = Path(os.environ["HYPERSTEP_ATTEMPT_FOLDER"])
    roots = [(folder / "work", folder / "work" / name) for name in ("outputs", "logs")]
    for root, below in [*roots, (folder / "uploads", folder / "uploads")]:
        for path in files_under(below):
            yield RunFile(path.relative_to(root).as_posix(), size=path.stat().st_size, local=path)
