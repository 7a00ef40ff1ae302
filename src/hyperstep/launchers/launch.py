"""A launch that was asked for: who started it need not wait until it is known what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from hyperstep.errors import HyperstepError
from hyperstep.records.attempt import Launched


class Launch(ABC):
    """An attempt's process, asked for once."""

    @property
    @abstractmethod
    def is_known(self) -> bool:
        """Whether ``outcome`` has nothing to wait for."""

    @property
    def known_for_s(self) -> float:
        """How long ago it became known, in seconds; the process, where there is one, was started just before."""
        return 0.0

    @abstractmethod
    def outcome(self) -> Launched:
        """How the process was started. To be called once, in the thread that asked; it waits until that is known.

        Raises:
            ConflictError, NotOwnerError, LaunchError: See ``Launcher.launch``.
        """


class SettledLaunch(Launch):
    """One of which it is known already.

    Args:
        outcome: How the process was started, or why not.
    """

    is_known = True

    def __init__(self, outcome: Launched | HyperstepError) -> None:
        self._outcome = outcome

    @classmethod
    def of(cls, launch: Callable[[], Launched]) -> SettledLaunch:
        """Of a call that starts the process, or raises why not."""
        try:
            return cls(launch())
        except HyperstepError as error:
            return cls(error)

    def outcome(self) -> Launched:
        """As in the base; returns at once."""
        if isinstance(self._outcome, HyperstepError):
            raise self._outcome
        return self._outcome
