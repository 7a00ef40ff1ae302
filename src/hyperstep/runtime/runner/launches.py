"""Launches under way: the launcher is asked for a process, and the loop goes on; what came of it is seen to later."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from typing import NamedTuple

from hyperstep.errors import (
    NO_ROOM,
    BusyMachineError,
    ConflictError,
    DiskFullError,
    HyperstepError,
    LaunchError,
    NoHostError,
)
from hyperstep.file_systems import is_read_only
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.launch import Launch
from hyperstep.records.attempt import Attempt, AttemptEnd
from hyperstep.runtime.runner.active_attempt import ActiveAttempt
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.warm.choosing import WarmStarts


class _Begun(NamedTuple):
    active: ActiveAttempt
    launch: Launch


class Launches:
    """Of one root run's attempts.

    Args:
        context: The runner's.
        launcher: Who is asked.
        warm: Decides how, and is told how it was.
        no_process: Called with an attempt that has none, how it ended, and the fault that is held against it.
    """

    def __init__(
        self,
        context: RunnerContext,
        launcher: Launcher,
        warm: WarmStarts,
        no_process: Callable[[ActiveAttempt, AttemptEnd, str], None],
    ) -> None:
        self._context = context
        self._launcher = launcher
        self._warm = warm
        self._no_process = no_process
        self._begun: list[_Begun] = []

    def begin(self, active: ActiveAttempt) -> None:
        """Ask for an attempt's process.

        Raises:
            DiskFullError, BusyMachineError, OSError: As ``settle``.
        """
        launch = self._launcher.begin_launch(active.start.attempt)
        active.started_at = self._context.now()  # a host may have had to be started first, which is not its time
        if active.start.watch is not None:  # what it was must be on record before it can hang or end
            self._settle(active, launch)
            return
        self._begun.append(_Begun(active, launch))
        self.settle()

    def settle(self) -> None:
        """See to what came of the launches of which that is known by now.

        Raises:
            DiskFullError, BusyMachineError, OSError: There was no room for one; that is no attempt, and is made again.
        """
        for begun in [begun for begun in self._begun if begun.launch.is_known]:
            if begun in self._begun:  # not settled by what followed from the one before
                self._begun.remove(begun)
                self._settle(*begun)

    def wait(self) -> None:
        """Wait for all: whoever ends what runs, or takes it up, must not miss what is about to run.

        Nothing is recorded: the attempts' files say what came of it.
        """
        self._conclude(self._begun)

    def conclude(self) -> None:
        """As ``wait``, for those of which it is known by now: who runs is watched though nothing can be recorded."""
        self._conclude([begun for begun in self._begun if begun.launch.is_known])

    def _conclude(self, concluded: list[_Begun]) -> None:
        self._begun = [begun for begun in self._begun if begun not in concluded]
        for active, launch in concluded:
            with contextlib.suppress(HyperstepError, OSError):
                self._wait_for(active, launch)

    def _wait_for(self, active: ActiveAttempt, launch: Launch) -> None:
        try:
            launch.outcome()
        except ConflictError:
            self._adopt(active)
        except LaunchError as error:
            _require_room(active.attempt, error)

    def _settle(self, active: ActiveAttempt, launch: Launch) -> None:
        start, key = active.start, active.attempt.key
        try:
            active.launched = self._warm.launched(start, launch.outcome())
        except ConflictError:  # an earlier owner died after it had asked for this very launch
            self._warm.forget(start)
            self._adopt(active)
        except NoHostError as error:
            self._warm.forget(start)
            self._context.note(f"attempt {key.number} of {key.run_id} is lost: {error}")
            self._no_process(active, AttemptEnd(key, None, lost=True), "")
        except LaunchError as error:
            self._warm.forget(start)
            _require_room(active.attempt, error)
            self._no_process(active, AttemptEnd(key, None), str(error))
        else:
            active.started_at = self._context.now() - launch.known_for_s  # it may have waited for others, or for a host
            self._keep_watch(active)

    def _adopt(self, active: ActiveAttempt) -> None:
        self._launcher.adopt(active.attempt)
        if active.stopped:
            self._launcher.stop(active.attempt.key, self._context.envelope.stop_grace_s)

    def _keep_watch(self, active: ActiveAttempt) -> None:
        """Record that one under a watch is warm, for a later owner to watch it on; of others their first lines do."""
        if active.start.watch is not None:
            with self._context.transaction() as unit:
                unit.writer.put_attempt(active.record())


def _require_room(attempt: Attempt, error: LaunchError) -> None:
    """What did not start for want of room on the disk or on the machine is no attempt: it is started later."""
    is_full = any(os.strerror(number) in error.rule for number in NO_ROOM)  # that is all that a trial host tells
    if os.strerror(errno.EROFS) in error.rule and is_read_only(attempt.folder):
        raise OSError(errno.EROFS, str(error), str(attempt.folder)) from error
    if is_full or isinstance(error, BusyMachineError):
        for file in (attempt.exit_file, attempt.claim_file):
            file.unlink(missing_ok=True)
    if is_full:
        raise DiskFullError(str(error)) from error
    if isinstance(error, BusyMachineError):
        raise error
