"""The local launcher: attempts on this machine, started and watched by the trial host."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from hyperstep.errors import ConflictError, LaunchError, NoHostError
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.control_path import check_control_path, default_control_path
from hyperstep.launchers.guard import DEFAULT_IDLE_S, Ownership, refuse_if_fenced
from hyperstep.launchers.host_link import (
    HostGoneError,
    HostLink,
    HostSilentError,
    Message,
    connect,
    connect_or_start,
    host_pid,
)
from hyperstep.launchers.marker import bar_launch, marker_from_json, read_exit
from hyperstep.launchers.process import AttemptFiles, not_started
from hyperstep.launchers.strays import kill_strays
from hyperstep.launchers.watch import ProcessWatch, end_from
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched

_MAX_HOSTS = 3
"""How many hosts in a row may die of one launch."""


class _Watched:
    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.folder = f"{_resolved(attempt.folder.parent.parent)}/{attempt.folder.parent.name}/{attempt.folder.name}"
        """Its name at the host."""
        self.pid: int | None = None
        self.link: HostLink | None = None
        """Who tells its end; None when the process watch does."""
        self.kill_at: float | None = None
        """Monotonic time at which its grace is over, once it was asked to end."""


class LocalLauncher(Launcher):
    """Client of the trial host, which is started when first needed and shared by all runners of this user.

    When the host dies, its attempts are watched on by their process ids (their exit codes are not known then: lost),
    and the next launch starts another host.

    Args:
        notify: As in the base.
        control_path: Socket of the host; the user's own host for this interpreter without it.
        idle_s: Seconds after which a host that this launcher starts leaves when nobody needs it.
        ownership: Who commands: hosts guard this process, and refuse it once they have heard of a later owner.

    Raises:
        InvalidInputError: ``control_path`` is too long for a socket.
        LaunchError: The folder for control sockets is not usable.
    """

    def __init__(
        self,
        notify: Callable[[], None],
        control_path: Path | None = None,
        *,
        idle_s: float = DEFAULT_IDLE_S,
        ownership: Ownership | None = None,
    ) -> None:
        super().__init__(notify)
        self.control_path = check_control_path(control_path.absolute()) if control_path else default_control_path()
        self._idle_s = idle_s
        self._ownership = ownership
        self._fence: Message = ownership.fence if ownership else {}
        self._lock = threading.RLock()
        self._connecting = threading.Lock()
        self._link: HostLink | None = None
        self._watched: dict[AttemptKey, _Watched] = {}
        self._key_of: dict[str, AttemptKey] = {}
        self._ends: list[AttemptEnd] = []
        self._refusal: Message | None = None
        """What a host answered to a stop that it did not do, until ``poll`` has told it."""
        self._processes = ProcessWatch(self._report)
        self._closed = False

    def launch(self, attempt: Attempt) -> Launched:
        """As in the base; one message to the host and its answer."""
        watched = self._expect(attempt)
        try:
            return self._launch_on_host(watched)
        except BaseException:
            self._forget(attempt.key)
            raise

    def adopt(self, attempt: Attempt) -> None:
        """As in the base. An attempt that was never claimed is claimed, and reported as lost."""
        try:
            watched = self._expect(attempt)
        except ConflictError:
            return  # watched here already
        marker = read_exit(attempt.exit_file)
        if marker is not None:
            kill_strays(attempt)  # a warm server that has lost its host leaves that to us
            self._report(end_from(attempt.key, marker))
        elif bar_launch(attempt.claim_file) or not self._watch_on_host(watched):
            self._watch_by_process(watched)

    def stop(self, key: AttemptKey, grace_s: float) -> None:
        """As in the base."""
        with self._lock:
            watched = self._watched.get(key)
            if watched is None:
                return
            kill_at = time.monotonic() + grace_s
            watched.kill_at = kill_at if watched.kill_at is None else min(kill_at, watched.kill_at)
            link = watched.link
        if link is None:
            self._processes.stop(key, grace_s)
            return
        with contextlib.suppress(HostGoneError):  # who watches it from now on knows kill_at
            link.tell("stop", self._take_answer, folder=watched.folder, grace_s=grace_s, **self._fence)

    def keep_guarded(self) -> None:
        """As in the base."""
        if self._ownership is not None:
            self._link_to_host(start=True)

    def poll(self) -> list[AttemptEnd]:
        """As in the base."""
        with self._lock:
            refusal, self._refusal = self._refusal, None
            ends, self._ends = self._ends, []
            link = self._link
        if link is not None:
            link.give_up_if_silent()
        if refusal is not None:
            refuse_if_fenced(refusal)
        return ends

    def pids(self) -> dict[AttemptKey, int]:
        """As in the base."""
        with self._lock:
            return {key: watched.pid for key, watched in self._watched.items() if watched.pid is not None}

    def host_pid(self) -> int | None:
        """Process id of the trial host; None when none lives."""
        return host_pid(self.control_path)

    def close(self) -> None:
        """As in the base."""
        with self._lock:
            self._closed = True
            self._watched.clear()
        with self._connecting:
            link, self._link = self._link, None
        if link is not None:
            link.close()
        self._processes.close()

    # -- who tells an attempt's end -----------------------------------------------------------------------------------

    def _launch_on_host(self, watched: _Watched) -> Launched:
        for _ in range(_MAX_HOSTS):
            link = self._link_to_host(start=True)
            if link is None:
                break
            try:
                answer = _ask_launch(link, watched, self._fence)
            except HostGoneError as gone:
                if not isinstance(gone, HostSilentError) and not watched.attempt.claim_file.exists():
                    continue
                self._watch_by_process(watched)  # it may have been started; if not, it is claimed, and so lost
                return Launched(why_cold="the trial host went away while it started the attempt", for_now=True)
            self._watch_by_link(watched, link, _started_pid(watched.attempt, answer))
            return Launched(answer["warm"], answer["why_cold"], answer["for_now"])
        rule = "The trial host must stay alive while it starts an attempt."
        raise NoHostError(rule, received=watched.folder, remedy=f"See {self.control_path.with_suffix('.log')}.")

    def _watch_on_host(self, watched: _Watched) -> bool:
        """Whether a host owns the attempt and tells us its end."""
        link = self._link_to_host(start=False)
        if link is None:
            return False
        try:
            watched.link = link
            pid = link.ask("watch", folder=watched.folder).get("pid")
        except HostGoneError:
            return False
        if pid is None:
            return False
        self._watch_by_link(watched, link, pid)
        return True

    def _watch_by_link(self, watched: _Watched, link: HostLink, pid: int) -> None:
        with self._lock:
            if self._watched.get(watched.attempt.key) is not watched:
                return  # its end came before this line
            watched.pid = pid
            if not link.is_open:  # broken in between: _on_gone did not know the process id, or comes after us
                self._watch_by_process(watched)

    def _watch_by_process(self, watched: _Watched) -> None:
        with self._lock:
            watched.link = None
            if not self._closed:
                watched.pid = self._processes.add(watched.attempt, watched.kill_at)

    def _on_end(self, message: Message) -> None:
        with self._lock:
            key = self._key_of.get(message["ended"])
        if key is not None:
            self._report(end_from(key, marker_from_json(message)))

    def _take_answer(self, answer: Message | None) -> None:
        if answer is not None and not answer["ok"]:
            with self._lock:
                self._refusal = answer
            self._notify()

    def _on_gone(self, link: HostLink) -> None:
        with self._lock:
            for watched in list(self._watched.values()):
                if watched.link is link and watched.pid is not None:
                    self._watch_by_process(watched)

    def _link_to_host(self, *, start: bool) -> HostLink | None:
        with self._connecting:
            if self._closed:
                return None
            if self._link is None or not self._link.is_open:
                path = self.control_path
                connection = connect_or_start(path, idle_s=self._idle_s) if start else connect(path)
                self._link = HostLink(connection, self._on_end, self._on_gone) if connection else None
                self._introduce(self._link)
            return self._link

    def _introduce(self, link: HostLink | None) -> None:
        """Have a host that we talk to for the first time guard us."""
        if link is not None and self._ownership is not None:
            with contextlib.suppress(HostGoneError):  # it is met again at the next command
                refuse_if_fenced(link.ask("guard", **self._ownership.as_message()))

    # -- bookkeeping --------------------------------------------------------------------------------------------------

    def _expect(self, attempt: Attempt) -> _Watched:
        """From before the launch: the end may be told before the launch is answered.

        Raises:
            ConflictError: It is watched here already.
            LaunchError: This launcher is closed.
        """
        watched = _Watched(attempt)
        with self._lock:
            if self._closed:
                rule = "A closed launcher starts and adopts nothing."
                raise LaunchError(rule, received=attempt.key, remedy="Make another launcher.")
            if attempt.key in self._watched:
                raise _conflict(attempt)
            self._watched[attempt.key] = watched
            self._key_of[watched.folder] = attempt.key
        return watched

    def _forget(self, key: AttemptKey) -> bool:
        with self._lock:
            watched = self._watched.pop(key, None)
            if watched is not None:
                self._key_of.pop(watched.folder, None)
            return watched is not None

    def _report(self, end: AttemptEnd) -> None:
        with self._lock:
            if not self._forget(end.key):
                return
            self._ends.append(end)
        self._notify()


@lru_cache(maxsize=128)
def _resolved(folder: Path) -> Path:
    """A run's folder, which stands: below it are folders that we made."""
    return folder.resolve()


def _ask_launch(link: HostLink, watched: _Watched, fence: Message) -> Message:
    """Send the one message that starts an attempt.

    Raises:
        HostGoneError: The host ended before it answered.
        NotOwnerError: It has heard of a later owner.
    """
    attempt, folder = watched.attempt, Path(watched.folder)
    files = AttemptFiles(
        work_folder=str(folder / attempt.work_folder.name),
        log_file=str(folder / attempt.log_file.name),
        claim_file=str(folder / attempt.claim_file.name),
        exit_file=str(folder / attempt.exit_file.name),
    )
    watched.link = link
    answer = link.ask(
        "launch",
        folder=watched.folder,
        files=files._asdict(),
        argv=list(attempt.argv),
        env=dict(attempt.env),
        max_duration_s=attempt.max_duration_s,
        grace_s=attempt.stop_grace_s,
        warm=attempt.warm._asdict() if attempt.warm else None,
        **fence,
    )
    refuse_if_fenced(answer)
    return answer


def _started_pid(attempt: Attempt, answer: Message) -> int:
    if answer["ok"]:
        return int(answer["pid"])
    if answer["error"] == "claimed":
        raise _conflict(attempt)
    raise not_started(attempt.argv, answer["message"], busy=answer["error"] == "busy")


def _conflict(attempt: Attempt) -> ConflictError:
    rule = "An attempt runs at most once, and this one was claimed before."
    return ConflictError(rule, received=attempt.key, remedy="Make an attempt with the next number.")
