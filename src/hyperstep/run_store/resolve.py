"""What a person means by a few characters of a run id: shared by all run stores."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.run_store.base import RunStore
from hyperstep.run_store.conflicts import missing_from_index, no_run

LATEST = "latest"
_SHOWN = 10


class ResolvingStore(RunStore):
    """A run store that can tell which runs there are, and so what a person means."""

    def root_of(self, run_id: str) -> str:
        """See the base."""
        root_id = self._find_root(run_id)
        if root_id is None:
            raise no_run(run_id)
        return root_id

    def resolve(self, text: str) -> str:
        """See the base."""
        return resolve_run(
            text,
            newest=self._newest,
            starting_with=self._starting_with,
            exists=lambda run_id: self._find_root(run_id) is not None,
        )

    def _newest(self) -> str | None:
        newest = self.roots(limit=1)
        if newest:
            return newest[0].id
        unknown = self.unknown_runs()
        if unknown:
            raise NotFoundError(missing_from_index(unknown), remedy="Type `hyperstep doctor --rebuild-index`.")
        return None

    def unknown_runs(self) -> list[Path]:
        """Folders that have been somebody's run and that the index does not know."""
        return []

    @abstractmethod
    def _starting_with(self, text: str) -> list[str]:
        """Ids of root runs and registered runs that begin with a text."""

    @abstractmethod
    def _find_root(self, run_id: str) -> str | None:
        """The root above a root run, a registered run, or a trial that its sweep's journal has."""


def trial_parts(run_id: str) -> tuple[str, int] | None:
    """Sweep id and index of a trial's id ``<sweep id>_<index>``; None for an id of another form."""
    sweep_id, underscore, index = run_id.rpartition("_")
    if not (underscore and sweep_id and index.isascii() and index.isdigit()):
        return None
    return sweep_id, int(index)


def resolve_run(
    text: str,
    *,
    newest: Callable[[], str | None],
    starting_with: Callable[[str], Sequence[str]],
    exists: Callable[[str], bool],
) -> str:
    """The run id that ``text`` means; see ``RunStore.resolve``.

    Args:
        text: What the person typed.
        newest: Id of the newest root run.
        starting_with: Ids of root runs and registered runs that begin with a text.
        exists: Whether a run has exactly that id, trials included.

    Raises:
        NotFoundError: None fits.
        InvalidInputError: Several fit, or the text is empty.
    """
    if text == LATEST:
        return _newest(newest())
    if not text:
        rule = "A run is named by its id, the beginning of its id, or 'latest'."
        raise InvalidInputError(rule, received=text)
    if exists(text):
        return text
    found = starting_with(text) or _trials(text, starting_with, exists)
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(text, found)
    rule = "A run is named by its id, the beginning of its id, or 'latest'; no run has an id like that."
    raise NotFoundError(rule, received=text, remedy="`hyperstep runs` lists them.")


def _newest(run_id: str | None) -> str:
    if run_id is None:
        rule = "'latest' means the newest submitted run, and nothing has been submitted yet."
        raise NotFoundError(rule, remedy="Submit one with `hyperstep run SCRIPT`.")
    return run_id


def _trials(text: str, starting_with: Callable[[str], Sequence[str]], exists: Callable[[str], bool]) -> list[str]:
    """Trials whose sweep's id begins with what stands before the index: ``HD_3f_12``."""
    parts = trial_parts(text)
    if parts is None:
        return []
    beginning, index = parts
    return [trial for sweep in starting_with(beginning) if exists(trial := f"{sweep}_{index}")]


def _ambiguous(text: str, found: Sequence[str]) -> InvalidInputError:
    shown = ", ".join(sorted(found)[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    rule = "The beginning of a run's id must fit one run only."
    return InvalidInputError(rule, received=text, remedy=f"It fits {shown}{more}: give more characters.")
