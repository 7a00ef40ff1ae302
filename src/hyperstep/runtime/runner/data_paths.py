"""Where a step's inputs and outputs lie on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.artifact_store.tree import Reading, examine_tree, tree_state
from hyperstep.digest import Json, digest_json
from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.pipeline.dataset_definition import FILES, LINKED, with_paths
from hyperstep.pipeline.spec import DataMode, DatastorePaths, InputSpec, OutputSpec, PipelineSpec, StepOutput, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.prefixed_files import prefixed_files

LINK = "link"
"""Kind of an output that names a dataset instead of holding files."""

_GLOB = frozenset("*?[")


class Found(Struct, frozen=True):
    """What an input's source is, on disk."""

    path: Path | None
    """The one file or folder that it is; None when it is a set of files."""
    files: tuple[tuple[str, Path], ...] = ()
    """For a set: each file's place below their common root, and the file; of a prefix empty folders too."""
    definition: Mapping[str, Json] | None = None
    """Of what another step wrote: the dataset that it is."""
    prefix: Path | None = None
    """For a set whose files' names begin with an output's path: that path."""


def output_locations(run: RunRecord, step: StepSpec) -> dict[str, dict[str, Json]]:
    """Where a step run's outputs go: ``{output: {"datastore", "path", "kind"}}``, paths below the datastore."""
    return {output.name: _location(run, output) for output in step.outputs}


def recorded_outputs(run: RunRecord) -> dict[str, dict[str, str]]:
    """The outputs that a step run has recorded; those of its source for a reused one."""
    outputs: dict[str, dict[str, str]] = json.loads(run.properties.get("outputs", "{}"))
    return outputs


def other_outputs(run: RunRecord, name: str) -> frozenset[str]:
    """The last parts of the paths of a step run's outputs, but for one."""
    return frozenset(Path(place["path"]).name for other, place in recorded_outputs(run).items() if other != name)


def output_path(home: Home, workspace: str, location: Mapping[str, Json]) -> Path:
    """An output's path on this machine."""
    return home.datastore_folder(workspace, str(location["datastore"])) / str(location["path"])


def find_input(home: Home, workspace: str, port: InputSpec, producers: Mapping[str, RunRecord]) -> Found:
    """What stands behind an input now.

    Args:
        home: The home.
        workspace: Whose datastores.
        port: The input.
        producers: The step run of each step, by step id.

    Raises:
        InvalidInputError: There is nothing.
    """
    if isinstance(port.source, DatastorePaths):
        return find_in_datastores(home, workspace, port.name, port.source)
    producer = producers[port.source.step]
    location = recorded_outputs(producer).get(port.source.output)
    if location and location["kind"] == LINK:
        return _find_linked(home, workspace, port.name, location["path"])
    path = output_path(home, workspace, location) if location else None
    files = prefixed_files(path, other_outputs(producer, port.source.output)) if path else ()
    if path is None or not (path.exists() or files):
        rule = f"Input '{port.name}' needs output '{port.source.output}', which step '{producer.name}' never wrote."
        raise InvalidInputError(
            rule, received=str(path), remedy="Have that step's script write to the path it is given."
        )
    if files:
        return Found(None, files, prefix=path)
    place = (str(location["datastore"]), str(location["path"])) if location else ("", "")
    return Found(path, definition=with_paths(port.source.definition or FILES, [place]))


def seen_name(spec: PipelineSpec, port: InputSpec, found: Found) -> str:
    """The name by which scripts see an input that is one file; empty text for any other.

    Where another step's output has its run's id in its name, that id is no part of it.
    """
    if found.path is None or found.path.is_dir():
        return ""
    source = port.source
    outputs = [
        output
        for step in spec.steps
        if isinstance(source, StepOutput) and step.id == source.step
        for output in step.outputs
        if output.name == source.output and output.mode is not DataMode.DIRECT
    ]
    return PurePosixPath(outputs[0].path.replace("{output-name}", outputs[0].name)).name if outputs else found.path.name


class Content(NamedTuple):
    """What was read of an input."""

    digest: str
    is_whole: bool
    """Whether all of it was read; else the sizes and times of large files stand for their content."""
    state: Callable[[], str]
    """Tells the state that it was in just before, as ``content_state`` does."""


def read_content(found: Found, reading: Reading) -> Content:
    """The content of an input.

    Equal files at equal relative places give equal digests, as far as they were read.
    """
    if found.path is not None:
        tree, state = examine_tree(found.path, reading)
        return Content(tree.digest, not tree.unread, state)
    from hyperstep.artifact_store.listings import keep_listing  # noqa: PLC0415 - few inputs are sets of files

    trees = {place: examine_tree(path, reading) for place, path in found.files}
    return Content(
        keep_listing(reading.home, {place: tree.digest for place, (tree, _) in trees.items()}, len(trees)),
        not any(tree.unread for tree, _ in trees.values()),
        lambda: digest_json({place: state() for place, (_, state) in trees.items()}),
    )


def content_digest(found: Found, reading: Reading) -> tuple[str, bool]:
    """Digest of an input's content, and whether all of it was read."""
    content = read_content(found, reading)
    return content.digest, content.is_whole


def content_state(found: Found) -> str:
    """A text that is another one when a file of an input was written, replaced or removed; no file is read.

    Raises:
        InvalidInputError: Something of it is not there, or cannot be listed.
    """
    if found.path is not None:
        return tree_state(found.path)
    return digest_json({place: tree_state(path) for place, path in found.files})


def provide_input(port: InputSpec, found: Found, folder: Path) -> str:
    """Make an input reachable for the step's process; returns what it is told.

    Args:
        port: The input.
        found: What it is.
        folder: The run's own, where copies and folders of links are made; kept when there already.

    Raises:
        InvalidInputError: Something that is not ours stands at an absolute ``path_on_compute``.
    """
    if port.mode is DataMode.DIRECT and isinstance(port.source, DatastorePaths):
        return str(port.source.dataset_id)
    content = _materialize(port, found, folder)
    if not port.path_on_compute:
        return str(content)
    place = folder / port.path_on_compute  # an absolute path stands by itself
    _point(place, content)
    return str(place)


def _materialize(port: InputSpec, found: Found, folder: Path) -> Path:
    """The content itself, a copy of it, or a folder of links to it; of a prefix, what file names begin with."""
    target = folder / port.name
    if port.mode is DataMode.DOWNLOAD:
        _copy(found, target)
        return target / found.prefix.name if found.prefix else target
    if found.path is not None:
        return found.path
    if found.prefix is not None:
        return found.prefix
    _link(found, target)
    return target


def _point(place: Path, content: Path) -> None:
    """Make ``place`` a link to ``content``; a link that an earlier run left there is pointed anew."""
    if place == content:
        return
    if place.exists() and not place.is_symlink():
        rule = "path_on_compute must be free: a link to the input is made there."
        raise InvalidInputError(rule, received=str(place), remedy="Move what is there, or choose another path.")
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}.link")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(content)
    temporary.replace(place)


def _location(run: RunRecord, output: OutputSpec) -> dict[str, Json]:
    kind = output.training.kind.value if output.training else "data"
    path = output.path.replace("{run-id}", run.id).replace("{output-name}", output.name).strip("/")
    return {"datastore": output.datastore, "path": path, "kind": LINK if output.mode is DataMode.DIRECT else kind}


def _find_linked(home: Home, workspace: str, name: str, key: str) -> Found:
    try:
        definition: Any = home.store.named(workspace, LINKED, key).body["definition"]
    except NotFoundError as error:
        rule = f"Input '{name}' needs a dataset that the step before it links to its output."
        remedy = "Have its script call run.output_datasets[name].link(dataset)."
        raise InvalidInputError(rule, received=key, remedy=remedy) from error
    paths = tuple((str(store), str(path)) for store, path in definition["paths"])
    return replace(find_in_datastores(home, workspace, name, DatastorePaths(paths)), definition=definition)


def find_in_datastores(home: Home, workspace: str, name: str, source: DatastorePaths) -> Found:
    """The files behind paths in datastores.

    Raises:
        InvalidInputError: There are none; the message names the input.
        NotFoundError: The workspace has no datastore of that name.
    """
    places = [_located(home, workspace, store, path) for store, path in source.paths]
    if len(places) == 1 and not _GLOB & set(places[0][1]):
        path = places[0][0] / places[0][1].strip("/")
        if path.exists():
            return Found(path)
    files = sorted({file for root, pattern in places for file in _matches(root, pattern)})
    if not files:
        rule = f"Input '{name}' must match at least one file."
        received = [f"{store}/{path}" for store, path in source.paths]
        raise InvalidInputError(rule, received=received, remedy="Upload the data first, or mend the path.")
    common = Path(os.path.commonpath([file.parent for file in files]))
    return Found(None, tuple((file.relative_to(common).as_posix(), file) for file in files))


def _located(home: Home, workspace: str, store: str, path: str) -> tuple[Path, str]:
    """A datastore's folder and a path below it; without a datastore the path is one of this machine."""
    if store:
        return home.datastore_folder(workspace, store), path
    return Path(Path(path).anchor), path[len(Path(path).anchor) :]


def _matches(root: Path, pattern: str) -> Iterator[Path]:
    inside = pattern.strip("/")
    for path in root.glob(inside) if inside else (root,):
        yield from (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


def _copy(found: Found, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    import shutil  # noqa: PLC0415 - costs milliseconds, which a step that is reused would pay

    temporary = target.with_name(f"{target.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    if found.path is not None and found.path.is_file():
        shutil.copyfile(found.path, temporary)
    elif found.path is not None:
        shutil.copytree(found.path, temporary)
    for place, file in found.files:
        (temporary / place).parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir():
            (temporary / place).mkdir(exist_ok=True)
        else:
            shutil.copyfile(file, temporary / place)
    temporary.rename(target)


def _link(found: Found, target: Path) -> None:
    for place, file in found.files:
        link = target / place
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(file)
