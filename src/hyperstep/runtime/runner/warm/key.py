"""What must be equal for two attempts to share a warm server, as digests."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hyperstep.digest import Json, digest_json
from hyperstep.pipeline.spec import CodeSpec, StepSpec
from hyperstep.runtime.runner.warm.imports import Imports, stamps_of
from hyperstep.runtime.runner.warm.search_path import path_stamps
from hyperstep_trial.boot_environment import OF_ONE_RUN

_OF_A_TERMINAL = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "COLUMNS", "LINES", "WINDOWID", "TERM_SESSION_ID"})
"""Variables that tell one terminal from another; no library reads them when it is loaded."""


def common_variables(env: Mapping[str, str], step: StepSpec) -> dict[str, str]:
    """The variables that a process has in common with others: all but those of a single run, and of a terminal.

    Args:
        env: Its whole environment, made by ``prepare_attempt``.
        step: What it is a process of: its inputs and outputs lie elsewhere in each run.
    """
    places = {*(port.variable for port in step.inputs), *(output.variable for output in step.outputs)}
    given = step.code.environment_variables
    return {
        name: value
        for name, value in env.items()
        if name in given or not (name in places or name in _OF_A_TERMINAL or name.startswith(OF_ONE_RUN))
    }


def script_key(python: str, variables: Mapping[str, str], code: CodeSpec) -> str:
    """Digest of all that decides what a script imports: interpreter, variables, code.

    Args:
        python: The interpreter's path.
        variables: See ``common_variables``; the share of threads is among them.
        code: The step's.
    """
    return digest_json({**_common(python, variables), "snapshot": code.snapshot, "script": code.script})


def server_key(python: str, variables: Mapping[str, str], imports: Imports) -> str:
    """Digest of all that makes a warm server: interpreter, variables, search path, modules and the state of files."""
    files: Json = stamps_of(imports.files)
    modules, search_path = list(imports.modules), path_stamps(imports, variables)
    common = _common(python, variables)
    return digest_json({**common, "search_path": search_path, "modules": modules, "files": files})


def _common(python: str, variables: Mapping[str, str]) -> dict[str, Json]:
    return {"python": python, "python_changed": _changed(python), "variables": dict(variables)}


def _changed(python: str) -> Json:
    try:
        return os.stat(python).st_mtime_ns  # noqa: PTH116 - follows links, as starting it does
    except OSError:
        return None
