"""What a v1 configuration says about code, as the engine's code spec: snapshot, script, arguments, environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from hyperstep.artifact_store.snapshot import Snapshot, SnapshotLimits, take_snapshot
from hyperstep.azureml_v1.core.command_parts import command_parts
from hyperstep.azureml_v1.exceptions import SnapshotException, UserErrorException
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import CodeSpec

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.runtime.home import Home

_SHOWN_NAMES = 5


def translate_code(
    home: Home,
    source_directory: str | os.PathLike[str],
    script: str | None,
    arguments: Sequence[str] = (),
    environment: Environment | None = None,
    *,
    command: str | Sequence[str] | None = None,
    environment_variables: Mapping[str, str] | None = None,
    max_duration_s: float | None = None,
) -> CodeSpec:
    """Take the snapshot of a source folder, and say what a process runs in it.

    Args:
        home: Keeps the snapshot; its settings have the limits.
        source_directory: The folder.
        script: The entry script below it; None when there is a command.
        arguments: With placeholders.
        environment: What the job's Python is to have.
        command: What to run instead of a script, as for ``command_parts``.
        environment_variables: Beyond those of the environment.
        max_duration_s: After this many seconds the process is ended.

    Raises:
        InvalidInputError: The folder or the script does not exist; the message has the nearest file names.
        LaunchError: The environment was to be built, and could not be.
        SnapshotException: The folder is over a limit; the message lists the largest files.
    """
    snapshot = snapshot_of(home, source_directory)
    parts = command_parts(command)
    if not parts:
        _check_script(snapshot, Path(source_directory), script)
    variables = dict(environment.environment_variables) if environment is not None else {}
    return CodeSpec(
        snapshot=snapshot.digest,
        script="" if parts else _tidy(script or ""),
        arguments=() if parts else tuple(arguments),
        command=parts,
        environment_variables={str(k): str(v) for k, v in {**variables, **(environment_variables or {})}.items()},
        python=_interpreter(home, environment),
        environment=environment.definition() if environment is not None else {},
        max_duration_s=max_duration_s,
    )


def snapshot_of(home: Home, source_directory: str | os.PathLike[str]) -> Snapshot:
    """The snapshot of a source folder, within the limits of the settings.

    Raises:
        InvalidInputError: The folder does not exist.
        SnapshotException: The folder is over a limit; the message lists the largest files.
        DiskFullError: There is no room for it.
    """
    if home.base is None:  # a plan keeps little
        home.require_room()
    folder = Path(source_directory)
    if not folder.is_dir():
        rule = "The source directory must be a folder that exists."
        raise InvalidInputError(rule, received=str(folder), remedy=f"The current folder is {Path.cwd()}.")
    limits = SnapshotLimits(home.settings.snapshot_max_bytes, home.settings.snapshot_max_files)
    try:
        return take_snapshot(folder, home.artifacts, limits)
    except InvalidInputError as error:
        raise SnapshotException(str(error)) from error


def argument_text(value: object) -> str:
    """An argument that is no input, as text.

    Raises:
        UserErrorException: It is a dataset without a name.
    """
    from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset  # noqa: PLC0415 - it knows us

    if isinstance(value, AbstractDataset):
        message = "A dataset becomes an argument by as_named_input(name).as_mount() or as_mount(). Received: a dataset."
        raise UserErrorException(message)
    return str(value)


def _check_script(snapshot: Snapshot, folder: Path, script: str | None) -> None:
    paths = [file.path for file in snapshot.files]
    wanted = _tidy(script or "")
    if wanted in paths:
        return
    leads_out = PurePath(wanted).is_absolute() or wanted.startswith("../")
    if wanted and not leads_out and (folder / wanted).is_file():
        rule = "The entry script must be part of the snapshot, but an ignore rule leaves it out."
        raise InvalidInputError(rule, received=wanted, remedy=f"Mend .amlignore or .gitignore in {folder}.")
    sought = PurePath(wanted).name if leads_out else wanted
    import difflib  # noqa: PLC0415 - needed for a mistake only

    nearest = difflib.get_close_matches(sought, paths, n=_SHOWN_NAMES, cutoff=0.5)
    names = nearest or [path for path in paths if path.endswith(".py")][:_SHOWN_NAMES]
    rule = f"The entry script must be a file in the source directory {folder.absolute()}, named from there."
    raise InvalidInputError(rule, received=script, remedy=f"Nearest there: {', '.join(names) or 'no file at all'}.")


def _tidy(script: str) -> str:
    return os.path.normpath(script).replace("\\", "/") if script else ""


def _interpreter(home: Home, environment: Environment | None) -> str:
    """The interpreter that a user-managed environment names, or a built one; empty for the one that submits."""
    if environment is None:
        return ""
    if environment.python.user_managed_dependencies:
        path = environment.python.interpreter_path
        return path if Path(path).is_absolute() else ""
    if home.settings.environments == "build":
        from hyperstep.runtime.environments.build import build_environment  # noqa: PLC0415 - where it is asked for

        return build_environment(home.path / "environments", environment.definition())
    return ""
