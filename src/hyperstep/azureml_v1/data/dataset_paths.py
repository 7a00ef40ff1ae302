"""Which files a dataset means: datastore paths, folders, patterns, local paths."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hyperstep.azureml_v1.core.reading import note_places
from hyperstep.azureml_v1.data.data_reference import DataReference, path_inside
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore

_GLOB = re.compile(r"[*?\[]")
_STAYS = "A path of a dataset stays inside its datastore."
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
LOCAL = ""
"""Stands where the datastore's name would: the path is one of this machine (an extension of v1)."""
STAGING_FOLDER = "local-data"
"""Below the default datastore: where local files are copied when a job needs them, by content."""


class DatasetPath(NamedTuple):
    """One path of a dataset: a file, a folder (everything in it) or a pattern."""

    datastore: str
    """Name of the datastore, or ``LOCAL``."""
    path: str
    """Below the datastore, or absolute on this machine."""


def parse_paths(given: object) -> tuple[tuple[DatasetPath, ...], Workspace | None]:
    """What the user gave to ``from_files``, as dataset paths and the workspace of their datastores.

    Args:
        given: A path or web address, a ``(datastore, path)`` pair, a DataReference or DataPath, or a list of these.

    Raises:
        UserErrorException: It is something else, a web address that cannot be fetched, an empty list, or of several
            workspaces.
    """
    items = list(given) if isinstance(given, list) else [given]
    parsed = [pair for item in items for pair in _parse(item)]
    if not parsed:
        message = "A dataset needs at least one path. Received: []."
        raise UserErrorException(message)
    workspaces = list(dict.fromkeys(workspace for _, workspace in parsed if workspace is not None))
    if len(workspaces) > 1:
        names = ", ".join(workspace.name for workspace in workspaces)
        message = f"All paths of a dataset belong to one workspace. Received: paths of {names}."
        raise UserErrorException(message)
    return tuple(path for path, _ in parsed), (workspaces[0] if workspaces else None)


def note_paths(paths: Sequence[DatasetPath], workspace: Workspace | None) -> None:
    """A job is about to read the files of these paths, or has found none."""
    if workspace is not None:
        note_places(workspace.home, workspace.name, paths)


def matched_files(paths: Sequence[DatasetPath], workspace: Workspace | None) -> list[tuple[str, Path]]:
    """Each file of a dataset with its place below their common root, by place.

    One plain folder is the root itself; else the root is the deepest folder common to all files.
    """
    entries = [_located(path, workspace) for path in paths]
    files = sorted({file for root, pattern in entries for file in _matches(root, pattern)})
    if not files:
        return []
    only = entries[0][0] / entries[0][1] if len(entries) == 1 else None
    common = only if only is not None and only.is_dir() else Path(os.path.commonpath([file.parent for file in files]))
    return [(file.relative_to(common).as_posix(), file) for file in files]


def no_file_message(dataset: object, paths: Sequence[DatasetPath], workspace: Workspace | None) -> str:
    """What is said of a dataset without a file; links to folders are named, as nothing is looked for behind them."""
    folders = [root / pattern for root, pattern in (_located(path, workspace) for path in paths)]
    links = sorted(str(link) for folder in folders for link in _linked_folders(folder))
    behind = f" Links to folders are not followed: {', '.join(links)}; give their own paths." if links else ""
    return f"No file is there.{behind} Received: {dataset!r}. Upload the data first, or give validate=False."


def _linked_folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_symlink() and path.is_dir())


def plain_path(paths: Sequence[DatasetPath], workspace: Workspace | None) -> Path | None:
    """The one file or folder that a dataset is; None when it is a set of files."""
    if len(paths) != 1 or _GLOB.search(paths[0].path):
        return None
    root, name = _located(paths[0], workspace)
    return root / name if (root / name).exists() else None


def stage(paths: Sequence[DatasetPath], workspace: Workspace) -> tuple[DatasetPath, ...]:
    """The same paths, where local ones are copied by content into the workspace's default datastore."""
    return tuple(path if path.datastore != LOCAL else _stage(path, workspace) for path in paths)


def parse_target(target: object) -> tuple[AbstractAzureStorageDatastore, str]:
    """Where to write: the datastore, and the path below it.

    Raises:
        UserErrorException: It is no datastore, DataPath, DataReference or ``(datastore, path)`` pair.
    """
    if hasattr(target, "workspace") and hasattr(target, "folder"):
        target = (target, "")
    if isinstance(target, DataPath | DataReference) and target.datastore is not None:
        target = (target.datastore, target.path_on_datastore or "")
    if isinstance(target, tuple) and len(target) == 2 and hasattr(target[0], "workspace"):  # noqa: PLR2004 - a pair
        return target[0], path_inside(str(target[1] or ""), _STAYS)
    message = f"target is a DataPath, a datastore or a (datastore, path) pair. Received: {target!r}."
    raise UserErrorException(message)


def _parse(item: object) -> Iterator[tuple[DatasetPath, Workspace | None]]:
    if isinstance(item, DataPath):
        item = item.create_data_reference()
    if isinstance(item, DataReference):
        item = (item.datastore, item.path_on_datastore or "")
    if isinstance(item, str | os.PathLike):
        yield DatasetPath(LOCAL, _local(os.fspath(item))), None
    elif isinstance(item, tuple) and len(item) == 2 and hasattr(item[0], "workspace"):  # noqa: PLR2004 - a pair
        datastore, inner = item
        for path in inner if isinstance(inner, list) else [inner]:
            yield DatasetPath(datastore.name, path_inside(str(path or ""), _STAYS)), datastore.workspace
    else:
        message = (
            "A path of a dataset is a text, a (datastore, path) pair, a DataReference or a DataPath. "
            f"Received: an object of type {type(item).__name__}."
        )
        raise UserErrorException(message)


def _local(text: str) -> str:
    if text.lower().startswith(("http://", "https://")):
        from hyperstep.azureml_v1.data.web_files import fetched  # noqa: PLC0415 - most data is in files

        return str(fetched(text))
    scheme = _URL.match(text)
    if scheme and scheme[1].lower() != "file":
        message = (
            f"Files behind {scheme[1]}:// addresses are not read here. Download them, or upload them to a datastore "
            f"and give (datastore, path). Received: {text!r}."
        )
        raise UserErrorException(message)
    return os.path.abspath(text.removeprefix("file://"))  # noqa: PTH100 - resolve() would follow links


def _located(path: DatasetPath, workspace: Workspace | None) -> tuple[Path, str]:
    if path.datastore == LOCAL:
        return Path(Path(path.path).anchor), path.path[len(Path(path.path).anchor) :]
    if workspace is None:
        message = f"A path in datastore {path.datastore!r} needs a workspace to be found."
        raise UserErrorException(message)
    return workspace.home.datastore_folder(workspace.name, path.datastore), path.path


def _matches(root: Path, pattern: str) -> Iterator[Path]:
    plain = root / pattern
    for path in [plain] if not _GLOB.search(pattern) else root.glob(pattern):
        yield from (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path] if path.is_file() else []


def _stage(path: DatasetPath, workspace: Workspace) -> DatasetPath:
    from hyperstep.azureml_v1.data.web_files import refresh  # noqa: PLC0415 - only when a job needs local files
    from hyperstep.digest import digest_file, digest_json  # noqa: PLC0415

    refresh(Path(path.path))
    files = matched_files([path], workspace)
    if not files:
        message = f"A path of a dataset must match at least one file. Received: {path.path!r}."
        raise UserErrorException(message)
    datastore = workspace.get_default_datastore()
    digest = digest_json({place: digest_file(file) for place, file in files})[:32]
    place = f"{STAGING_FOLDER}/{digest}"
    if not (datastore.folder / place).exists():
        _copy_all(files, datastore.folder / place)
    single = plain_path([path], workspace)
    return DatasetPath(datastore.name, f"{place}/{files[0][0]}" if single is not None and single.is_file() else place)


def _copy_all(files: Sequence[tuple[str, Path]], target: Path) -> None:
    import shutil  # noqa: PLC0415 - costs milliseconds, and most datasets are in place

    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    for place, file in files:
        (temporary / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, temporary / place)
    temporary.rename(target)
