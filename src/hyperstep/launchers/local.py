"""The local launcher: attempts on this machine, started and watched by the trial host."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hyperstep.errors import ConflictError, HyperstepError, LaunchError, NoHostError
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.control_path import check_control_path, default_control_path
from hyperstep.launchers.guard import Ownership, fence_moved_aside, refuse_if_fenced
from hyperstep.launchers.host_link import (
    HostGoneError,
    HostLink,
    HostSilentError,
    Message,
    Reply,
    connect,
    connect_or_start,
    host_pid,
)
from hyperstep.launchers.host_start import DEFAULT_IDLE_S
from hyperstep.launchers.hosted_launch import HostedLaunch, Watched, conflict, launch_request, started_pid
from hyperstep.launchers.launch import Launch, SettledLaunch
from hyperstep.launchers.marker import marker_from_json, read_exit
from hyperstep.launchers.process_table import has_ended
from hyperstep.launchers.strays import kill_strays
from hyperstep.launchers.watch import ProcessWatch, end_from
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched


class LocalLauncher(Launcher):
    """Client of the trial host, which is started when first needed and shared by all runners of this user.

    When the host dies, its attempts are watched on by their process ids, while its keeper sees to their exit files:
    only where it has none, or that dies too, are those lost that end then. The next launch starts another host.

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
        self._watched: dict[AttemptKey, Watched] = {}
        self._key_of: dict[str, AttemptKey] = {}
        self._ends: list[AttemptEnd] = []
        self._refusal: Message | None = None
        """What a host answered to a stop that it did not do, until ``poll`` has told it."""
        self._processes = ProcessWatch(self._report)
        self._closed = False

    def begin_launch(self, attempt: Attempt) -> Launch:
        """As in the base; one message to the host."""
        try:
            watched = self._expect(attempt)
            with self._forgotten_unless_done(watched):
                reply = self._ask_launch(watched)
        except HyperstepError as error:
            return SettledLaunch(error)
        return HostedLaunch(reply, lambda launch: self._conclude(watched, launch))

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
        elif not self._watch_on_host(watched):
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
        self._processes.keep_on()
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
            hosted = [(key, watched.pid) for key, watched in self._watched.items() if watched.pid is not None]
            watched_here = self._processes.pids()
        return {key: pid for key, pid in hosted if not has_ended(pid)} | watched_here

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

    # -- launching ----------------------------------------------------------------------------------------------------

    def _ask_launch(self, watched: Watched) -> Reply:
        """Have a host start it; started first, if need be.

        Raises:
            NoHostError: None that lives was found, or too many have died of it.
        """
        while watched.hosts_left and (link := self._link_to_host(start=True)) is not None:
            watched.hosts_left -= 1
            watched.link = link
            with contextlib.suppress(HostGoneError):
                return link.ask_for_reply("launch", self._notify, **launch_request(watched), **self._fence)
        rule = "The trial host must stay alive while it starts an attempt."
        raise NoHostError(rule, received=watched.folder, remedy=f"See {self.control_path.with_suffix('.log')}.")

    def _conclude(self, watched: Watched, launch: HostedLaunch) -> Launched:
        """What came of a launch; where the host has died of it, another one is asked."""
        with self._forgotten_unless_done(watched):
            while True:
                try:
                    answer = launch.reply.wait()
                except HostGoneError as gone:
                    if isinstance(gone, HostSilentError) or watched.attempt.claim_file.exists():
                        self._watch_by_process(watched)  # it may have been started; if not, it is claimed, and so lost
                        return Launched(why_cold="the trial host went away while it started the attempt", for_now=True)
                    launch.reply = self._ask_again(watched)
                    continue
                refuse_if_fenced(answer)
                self._watch_by_link(watched, launch.reply.link, started_pid(watched.attempt, answer))
                return Launched(answer["warm"], answer["why_cold"], answer["for_now"])

    def _ask_again(self, watched: Watched) -> Reply:
        if watched.kill_at is not None:
            rule = "An attempt that was told to end is not started any more, and its trial host went away before."
            raise NoHostError(rule, received=watched.folder)
        return self._ask_launch(watched)

    @contextlib.contextmanager
    def _forgotten_unless_done(self, watched: Watched) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._forget(watched.attempt.key)
            raise

    # -- who tells an attempt's end -----------------------------------------------------------------------------------

    def _watch_on_host(self, watched: Watched) -> bool:
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

    def _watch_by_link(self, watched: Watched, link: HostLink, pid: int) -> None:
        with self._lock:
            if self._watched.get(watched.attempt.key) is not watched:
                return  # its end came before this line
            watched.pid = pid
            if not link.is_open:  # broken in between: _on_gone did not know the process id, or comes after us
                self._watch_by_process(watched)

    def _watch_by_process(self, watched: Watched) -> None:
        with self._lock:
            watched.link = watched.pid = None
            if not self._closed:
                self._processes.add(watched.attempt, watched.kill_at)

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
        """Have a host that we talk to for the first time guard us, and tell those whose address it has that we own."""
        if link is None or self._ownership is None:
            return
        with contextlib.suppress(HostGoneError):  # it is met again at the next command
            refuse_if_fenced(link.ask("guard", **self._ownership.as_message()))
        if self._ownership.epoch > 1:
            fence_moved_aside(self._ownership, self.control_path)

    # -- bookkeeping --------------------------------------------------------------------------------------------------

    def _expect(self, attempt: Attempt) -> Watched:
        """From before the launch: the end may be told before the launch is answered.

        Raises:
            ConflictError: It is watched here already.
            LaunchError: This launcher is closed.
        """
        watched = Watched(attempt)
        with self._lock:
            if self._closed:
                rule = "A closed launcher starts and adopts nothing."
                raise LaunchError(rule, received=attempt.key, remedy="Make another launcher.")
            if attempt.key in self._watched:
                raise conflict(attempt)
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
