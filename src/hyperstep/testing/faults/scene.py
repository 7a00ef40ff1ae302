"""Where one run of a subject happens: a fresh home, a folder of its own for everything, a mark on every process."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

MARK = "FAULTS_RUN"
"""The environment variable by which processes of a run are found; processes below them inherit it."""
_CLOCK_FOLDER = Path(__file__).parent / "clock"
_PARENT = Path("/tmp")  # noqa: S108 - a socket's path must be short; the folder is made by mkdtemp


class Scene:
    """The folders of one run.

    Args:
        folder: An empty folder with a short path.
        variables: Environment variables of everything in it.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self._variables = variables
        self.token = uuid.uuid4().hex
        self.home = folder / "home"
        self.outside = folder / "outside.jsonl"
        """Where the shipped scripts write down what they did."""
        self.work = folder / "work"
        self.log = folder / "driver.log"
        self._temporary = folder / "t"
        self._temporary.mkdir()

    def environment(self) -> dict[str, str]:
        """That of the driver, and so of every process of the run.

        ``TMPDIR`` is the scene's, so that it has a trial host of its own.
        """
        variables = self._variables
        base = {name: value for name, value in os.environ.items() if not name.startswith(("HYPERSTEP_", "AZUREML_"))}
        path = [str(_CLOCK_FOLDER)] if "FAULTS_CLOCK" in variables else []
        path += [entry for entry in base.get("PYTHONPATH", "").split(os.pathsep) if entry]
        return {
            **base,
            "TMPDIR": str(self._temporary),
            "HYPERSTEP_HOME": str(self.home),
            "FAULTS_OUTSIDE": str(self.outside),
            MARK: self.token,
            **({"PYTHONPATH": os.pathsep.join(path)} if path else {}),
            **variables,
        }


@contextmanager
def made_scene(variables: Mapping[str, str]) -> Iterator[Scene]:
    """A scene that is removed in the end; ``variables`` as for ``Scene``."""
    folder = Path(tempfile.mkdtemp(prefix="hf-", dir=_PARENT if _PARENT.is_dir() else None))
    try:
        yield Scene(folder, variables)
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
