"""What a launcher promises: it starts attempts, ends them, and tells how each one ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from hyperstep.launchers.launch import Launch
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched


class Launcher(ABC):
    """Runs attempts as processes.

    Promises that every implementation keeps:

    - An attempt runs at most once: its claim file is made by exclusive create before the process starts.
    - The process starts in ``work_folder`` with exactly ``env``, its own process group, standard input empty,
      standard output and error in ``log_file``.
    - ``poll`` reports the end of each attempt that was launched or adopted exactly once. The exit file is on disk
      before that, unless the disk refuses it: then a trial host writes it later, and the inline launcher never.
    - ``begin_launch``, ``stop`` and ``poll`` return at once; none of them waits for a process. Only what is to start
      processes may have to be started first.
    - Launched processes live on when the launcher is closed or its process is killed. Another launcher, in another
      process, can ``adopt`` them.

    Args:
        notify: Called, from any thread, when ``poll`` may have something new. It must return at once.
    """

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify

    @abstractmethod
    def begin_launch(self, attempt: Attempt) -> Launch:
        """Ask for the attempt's process. Its ``work_folder`` exists already.

        ``notify`` is called when the outcome becomes known later and is not that the process runs. From now on
        ``stop`` ends the attempt, and ``poll`` may report its end, but not before the outcome is known.
        """

    def launch(self, attempt: Attempt) -> Launched:
        """Start the attempt's process, and say how: ``begin_launch``, and its outcome.

        Raises:
            ConflictError: The attempt was claimed before.
            NotOwnerError: A later owner of the run commands there; nothing was done. Also at ``adopt``; of a ``stop``
                the next ``poll`` may tell it.
            LaunchError: The process could not be started; the attempt is over. ``poll`` does not report it; its exit
                file says 127 (no such program) or 126, its log says why. Also when the launcher is closed: then the
                attempt is left as it was.
        """
        return self.begin_launch(attempt).outcome()

    @abstractmethod
    def adopt(self, attempt: Attempt) -> None:
        """Watch an attempt that an earlier owner of the run claimed.

        It will be reported by ``poll``: from its exit file if there is one; when it ends, if it still lives; as lost
        if it is gone and left no exit file.
        """

    @abstractmethod
    def stop(self, key: AttemptKey, grace_s: float) -> None:
        """End the attempt's whole process group: SIGTERM, then SIGKILL after ``grace_s`` seconds.

        Nothing happens when it has ended already or is not known. The end is reported by ``poll``.
        """

    @abstractmethod
    def poll(self) -> list[AttemptEnd]:
        """The attempts that have ended since the last call.

        To be called now and then without a notice too: that a host has fallen silent is seen here.
        """

    @abstractmethod
    def pids(self) -> dict[AttemptKey, int]:
        """The live attempts and the process id of each one's process group leader.

        Not one whose leader has ended, though its end may still be to come.
        """

    @abstractmethod
    def keep_guarded(self) -> None:
        """Be known to a host that starts the next runner should this process die; nothing where there is none.

        May be called again and again: it costs something only when the host that knew us has gone.

        Raises:
            NotOwnerError: The host has heard of a later owner of the run.
            LaunchError: No host could be started.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop watching. Ends no attempt. ``pids`` lists none afterwards."""
