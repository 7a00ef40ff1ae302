"""`python -m hyperstep.notebook NOTEBOOK [--output FILE]`: what `hyperstep run` starts for a notebook."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from hyperstep.errors import HyperstepError, UnsupportedError

_NEEDED = ("nbclient", "ipykernel")
_FAILED = 1
_BAD_INPUT = 2


def main(arguments: Sequence[str]) -> int:
    """Execute a notebook; returns 0, 1 when a cell failed, 2 when it cannot be executed.

    Args:
        arguments: What follows the module's name.
    """
    given = _parser().parse_args(arguments)
    notebook = Path(given.notebook)
    output = Path(given.output) if given.output else notebook.with_suffix(".executed.ipynb")
    try:
        return _execute(notebook, output, quiet=given.quiet)
    except HyperstepError as error:
        _say(str(error))
        return _BAD_INPUT


def _execute(notebook: Path, output: Path, *, quiet: bool) -> int:
    _check_installed()
    from hyperstep.notebook.execution import execute  # noqa: PLC0415 - needs the extra

    outcome = execute(notebook, output)
    if outcome.failed_cell:
        _say(outcome.failed_cell)
    if not quiet:
        _say(f"executed copy: {output}")
    return _FAILED if outcome.failed_cell else 0


def _check_installed() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        rule = "Executing a notebook needs nbclient and ipykernel."
        remedy = "Install them with: pip install 'hyperstep[notebook]'"
        raise UnsupportedError(rule, received=f"without {' and '.join(missing)}", remedy=remedy)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hyperstep run", description="Execute a notebook without a browser.")
    parser.add_argument("notebook")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing unless a cell fails")
    parser.add_argument("-o", "--output", metavar="FILE", help="the executed copy; NAME.executed.ipynb without it")
    return parser


def _say(message: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"hyperstep: {message}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
