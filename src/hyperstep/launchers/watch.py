"""Watching attempts whose processes are not our children, by process id: the fallback when no host can tell."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable

from hyperstep.launchers.marker import Claim, ExitMarker, is_half_started, read_claim, read_exit, void_claim
from hyperstep.launchers.process import kill_group, kill_process, terminate_group
from hyperstep.launchers.process_table import descendants_of, has_ended
from hyperstep.launchers.strays import kill_strays
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey

_POLL_S = 0.05
_SETTLE_S = 0.0 if hasattr(os, "waitid") else 2.0
"""How long an exit file may come after its process has gone; there is no such gap where the system has waitid."""
_HALF_STARTED_S = 1.0
"""How long a process of which the claim says nothing may take until it can be found: who made the claim died then."""
_STUCK_S = 10.0
"""How long an ended attempt is left to a parent that stands still; a keeper ends a warm server before that."""


def end_from(key: AttemptKey, marker: ExitMarker | None) -> AttemptEnd:
    """How an attempt ended, by its exit marker; lost without one that says it."""
    if marker is None or not marker.is_known:
        return AttemptEnd(key, None, lost=True)
    return AttemptEnd(
        key,
        marker.exit_code,
        marker.signal,
        ended_at=marker.ended_at,
        out_of_memory=marker.out_of_memory,
        timed_out=marker.timed_out,
    )


def marker_of(end: AttemptEnd) -> ExitMarker:
    """The exit marker of an attempt that was not lost: ``end_from`` makes that end of it again, but for a doubt."""
    return ExitMarker(end.exit_code, end.signal, end.ended_at or 0.0, end.out_of_memory, end.timed_out)


class _Watched:
    def __init__(self, attempt: Attempt, claim: Claim | None, kill_at: float | None, settle_s: float) -> None:
        self.attempt = attempt
        self.claim = claim
        self.kill_at = kill_at
        self.settle_s = settle_s
        """How long after its process has gone, or was not found, something may yet come of it."""
        self.gone_since: float | None = None
        self.stuck_since: float | None = None
        """Monotonic time at which it was seen to have ended with a parent that stands still."""


class ProcessWatch:
    """Looks at each attempt's process, some 20 times a second, in one thread that lives while there is one to watch.

    Args:
        report: Called, in that thread, with the end of each attempt, once.
    """

    def __init__(self, report: Callable[[AttemptEnd], None]) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._watched: dict[AttemptKey, _Watched] = {}
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def add(self, attempt: Attempt, kill_at: float | None = None) -> None:
        """Watch an attempt that was claimed.

        One that was never claimed is claimed then, so that a launch that is still under way somewhere cannot start it.

        Args:
            attempt: What to watch.
            kill_at: Monotonic time at which its group is killed, for one that was asked to end already.
        """
        claim = read_claim(attempt.claim_file)
        settle_s = _HALF_STARTED_S if is_half_started(attempt.claim_file) else _SETTLE_S
        with self._lock:
            self._watched[attempt.key] = _Watched(attempt, claim, kill_at, settle_s)
            with contextlib.suppress(RuntimeError):  # no thread left: ``keep_on`` tries again
                self._begin()
        if kill_at is not None and claim is not None and claim.is_alive():
            terminate_group(claim.pid)  # who was to do it may not have come to it

    def keep_on(self) -> None:
        """To be called now and then: the system may have given no thread when one was needed.

        Raises:
            RuntimeError: It gives none now.
        """
        with self._lock:
            self._begin()

    def _begin(self) -> None:
        if self._thread is None and self._watched and not self._closing.is_set():
            thread = threading.Thread(target=self._watch, name="hyperstep-process-watch", daemon=True)
            thread.start()
            self._thread = thread

    def pids(self) -> dict[AttemptKey, int]:
        """Process id of each attempt that is watched here and lives; not of one that has ended and is not let go."""
        with self._lock:
            claims = [(key, watched.claim) for key, watched in self._watched.items() if watched.claim is not None]
        return {key: claim.pid for key, claim in claims if claim.is_alive() and not has_ended(claim.pid)}

    def stop(self, key: AttemptKey, grace_s: float) -> None:
        """End the attempt's process group, as soon as it is known; nothing happens when it is not watched here."""
        with self._lock:
            watched = self._watched.get(key)
            if watched is None:
                return
            kill_at = time.monotonic() + grace_s
            watched.kill_at = kill_at if watched.kill_at is None else min(kill_at, watched.kill_at)
            if watched.claim is not None and watched.claim.is_alive():
                terminate_group(watched.claim.pid)

    def close(self) -> None:
        """Stop watching; returns when the thread has ended."""
        self._closing.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        with self._lock:
            self._watched.clear()

    def _watch(self) -> None:
        while not self._closing.is_set():
            with self._lock:
                watched = list(self._watched.values())
                if not watched:
                    self._thread = None
                    return
            for one in watched:
                with contextlib.suppress(OSError):  # no open file left: it is looked at again in a moment
                    self._look_at(one)
            self._closing.wait(_POLL_S)

    def _look_at(self, watched: _Watched) -> None:
        if watched.claim is not None and watched.claim.is_alive() and not _is_stuck(watched, watched.claim):
            self._kill_if_overdue(watched, watched.claim.pid)
            return
        marker = read_exit(watched.attempt.exit_file)
        if marker is None and not _is_settled(watched):
            return
        if marker is None and watched.claim is None and not self._give_launch_up(watched):
            return
        kill_strays(watched.attempt)
        with self._lock:
            del self._watched[watched.attempt.key]
        self._report(end_from(watched.attempt.key, marker))

    def _give_launch_up(self, watched: _Watched) -> bool:
        """Make void a claim that names nobody; returns whether that is done."""
        file = watched.attempt.claim_file
        try:
            claim = read_claim(file) or void_claim(file)
        except OSError:  # a full disk, no open file left: whoever makes or fills the claim may come before us
            return False
        if claim is not None:
            self._name(watched, claim)
        return claim is None

    def _name(self, watched: _Watched, claim: Claim) -> None:
        """It has become known late who runs an attempt, perhaps after that was told to end."""
        with self._lock:
            watched.claim, watched.gone_since, watched.settle_s = claim, None, _SETTLE_S
            if watched.kill_at is not None and claim.is_alive():
                terminate_group(claim.pid)

    def _kill_if_overdue(self, watched: _Watched, leader: int) -> None:
        now = time.monotonic()
        if watched.kill_at is None or watched.kill_at > now:
            return
        watched.kill_at = now + 1.0
        strangers = descendants_of(leader)  # of which some may have a group of their own
        kill_group(leader)
        for pid in strangers:
            kill_process(pid)


def _is_stuck(watched: _Watched, claim: Claim) -> bool:
    """Whether nobody will tell how it ended: the host, or its keeper, has been stopped for a while."""
    if not claim.waits_for_one_that_stands_still():
        watched.stuck_since = None
        return False
    now = time.monotonic()
    watched.stuck_since = watched.stuck_since or now
    return now - watched.stuck_since >= _STUCK_S


def _is_settled(watched: _Watched) -> bool:
    now = time.monotonic()
    watched.gone_since = watched.gone_since or now
    return now - watched.gone_since >= watched.settle_s
