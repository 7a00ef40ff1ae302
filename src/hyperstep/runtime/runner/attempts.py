"""The attempts under way: started when a slot is free, read while they run, recorded when they end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping

from hyperstep.errors import (
    USER_FAULTS,
)
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.marker import bar_launch, lift_bar, write_exit
from hyperstep.launchers.process_activity import activity_of
from hyperstep.launchers.watch import marker_of
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, ThreadUse
from hyperstep.run_store.base import AttemptRecord
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.runner.active_attempt import ActiveAttempt
from hyperstep.runtime.runner.attempt_order import AttemptOrder
from hyperstep.runtime.runner.clearing import Clearing
from hyperstep.runtime.runner.collecting import collect_artifacts, record_lines
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.failures import log_tail
from hyperstep.runtime.runner.job_environment import cores_of_one
from hyperstep.runtime.runner.launches import Launches
from hyperstep.runtime.runner.limits import ProcessLimits, broken_limit, limit_of, with_limit
from hyperstep.runtime.runner.log_metrics import LogMetrics
from hyperstep.runtime.runner.obstacles import reraise_passing
from hyperstep.runtime.runner.records_file import RecordsFile
from hyperstep.runtime.runner.slots import Slots
from hyperstep.runtime.runner.turns import Turns
from hyperstep.runtime.runner.warm.choosing import Start, WarmStarts
from hyperstep.runtime.runner.workplace import (
    copied_files,
    prepare_attempt,
    store_uploads,
)

_LAST_PATIENCE_S = 5.0
"""Beyond the grace: what is not gone by then is left to the trial host."""
_LOOK_AGAIN_S = 0.05
_LOOKS_AT_ONCE = 4
"""Processes that are looked at each time, one after the other, however many there are."""


class Attempts:
    """Starts, watches and ends the processes of one root run.

    Args:
        context: The runner's.
        launcher: Where they run.
        faults: Why some failed, as an earlier ``Attempts`` of this process saw it and could not record.
    """

    def __init__(
        self, context: RunnerContext, launcher: Launcher, faults: Mapping[AttemptKey, str] | None = None
    ) -> None:
        self._context = context
        self._launcher = launcher
        self._faults = dict(faults or {})
        self._ends: list[AttemptEnd] = []
        """Ends that were reported and are not recorded yet."""
        self._warm = WarmStarts(context)
        self._launches = Launches(context, launcher, self._warm, self._record_end)
        self._clearing = Clearing(context)
        self._clearing.take_up()
        context.before_the_end = self._clearing.settle
        self._looks = Turns(_LOOKS_AT_ONCE)
        self._slots = Slots(context.envelope.slots)
        self._active: dict[AttemptKey, ActiveAttempt] = {}
        self._queued: dict[AttemptKey, AttemptOrder] = {}

    def start(self, order: AttemptOrder) -> None:
        """Start an attempt as soon as a slot is free."""
        self._queued[order.key] = order
        self._slots.request(order.key, lambda: self._launch(order))

    def resume(self, order: AttemptOrder, *, stopping: bool = False) -> None:
        """Go on with an attempt of an earlier owner: start it, if it never came to that; else watch it.

        One that was to be started is barred first: a host that stands still may have been asked, and go on just when
        its folder is made anew, or when the attempt has ended without a process.

        Args:
            order: What it is.
            stopping: It was told to stop: it is not started any more, and told again.
        """
        record = next((a for a in self._context.journal.attempts(order.run_id) if a.key == order.key), None)
        attempt = self._context.home.attempt(self._context.runs[order.run_id], order.number)
        if record is None or bar_launch(attempt.claim_file):
            if stopping:
                self._end_unstarted(order)
            else:
                self.start(order)
            return
        self._slots.hold(order.key)
        reader = RecordsFile.resume(attempt.records_file, record.offset)
        start = self._warm.take_up(attempt, record.launched)
        active = self._active[order.key] = self._activate(order, start, reader, record.started_at)
        active.launched = record.launched
        self._launcher.adopt(attempt)
        if stopping:
            self.stop(order.key)

    def stop(self, key: AttemptKey) -> None:
        """End an attempt: its process group, or its place in the queue."""
        order = self._queued.pop(key, None)
        if order is None:
            if key in self._active:
                self._active[key].stopped = True
            self._launcher.stop(key, self._context.envelope.stop_grace_s)
        elif self._slots.withdraw(key):
            self._end_unstarted(order)

    def end_all(self) -> None:
        """End every attempt and wait until the processes are gone, or cannot be made to go."""
        self._launches.wait()
        for key in self._active:
            self._launcher.stop(key, self._context.envelope.stop_grace_s)
        patience = time.monotonic() + self._context.envelope.stop_grace_s + _LAST_PATIENCE_S
        while self._launcher.pids() and time.monotonic() < patience:
            time.sleep(_LOOK_AGAIN_S)

    def pump(self) -> bool:
        """Take in what was written and all that has ended since the last call.

        Returns:
            Whether an attempt wrote so much that there is more to take in at once.
        """
        self._launches.settle()
        self._take_lines(list(self._active.values()))
        self.listen()
        self._launches.settle()  # of what has ended meanwhile, too: its launch was answered before
        while self._ends:
            self._context.check_owner()  # it may have been long
            self._finish(self._ends[0])
            del self._ends[0]
        self._clearing.go_on()  # once the slots are taken again
        return any(active.reader.has_more for active in self._active.values())

    def listen(self) -> None:
        """Take in what has ended without recording it; a host that is silent for too long is given up."""
        self._ends += self._launcher.poll()

    def keep_watch(self) -> None:
        """While nothing can be recorded: take in what was launched and what has ended, and have limits of time hold."""
        self._launches.conclude()
        self.listen()
        self.enforce_limits()

    def enforce_limits(self) -> None:
        """End the attempts that run, or are silent, longer than their step allows.

        Not one whose process nobody knows: it may never have had one, and then is lost, not to blame.
        """
        now, pids = self._context.now(), self._launcher.pids()
        for key, active in self._active.items():
            if key not in pids:
                continue
            if active.limits.max_silence_s is not None:
                active.look_for_signs(now)
            fault = active.fault or broken_limit(
                active.limits, started_at_s=active.started_at, last_sign_at_s=active.last_sign_at, now_s=now
            )
            if fault and not active.fault:
                active.fault = self._faults[key] = fault
                self._launcher.stop(key, self._context.envelope.stop_grace_s)
        self._look_at_processes(pids)

    def _look_at_processes(self, pids: Mapping[AttemptKey, int]) -> None:
        """Count the threads of some at work, and end the one under a watch when it hangs."""
        for key in self._looks.choose(self._active, lambda key: self._active[key].start.watch is not None):
            active = self._active[key]
            activity = activity_of(pids[key]) if key in pids else None
            if activity is None or active.stopped:
                continue
            cores = cores_of_one(usable_cores(), active.place.processes)
            active.threads = (active.threads or ThreadUse(cores)).after(activity.running)
            if self._warm.hangs(active.start, activity, active.bytes_written()):
                self._launcher.stop(key, self._context.envelope.stop_grace_s)

    def launch_nothing(self) -> None:
        """Start no further attempt until ``launch_again``."""
        self._slots.close()

    def launch_again(self) -> None:
        """Start what has waited."""
        self._slots.open()

    def put_aside(self) -> dict[AttemptKey, str]:
        """Leave all to another ``Attempts`` of this process, which adopts what runs; returns why some failed.

        What was reported to have ended, and could not be recorded, is found by its exit file: that one may be missing,
        for the disk was full.
        """
        self._launches.wait()
        self.listen()
        for end in self._ends:
            active = self._active.get(end.key)
            if active is not None and not end.lost:
                self._put_end_aside(active.attempt, end)
        self.close()
        return self._faults

    def _put_end_aside(self, attempt: Attempt, end: AttemptEnd) -> None:
        if not attempt.exit_file.exists():
            write_exit(attempt.exit_file, marker_of(end))
        if not end.succeeded and not log_tail(attempt.log_file).strip():
            how = "with No space left on device, so that not even its log could be written"
            self._faults.setdefault(end.key, f"it failed while the disk was full, probably {how}")

    def close(self) -> None:
        """Stop watching."""
        self._launcher.close()
        self._clearing.leave()

    def _launch(self, order: AttemptOrder) -> None:
        self._context.check_owner()  # the folder may be another owner's by now
        del self._queued[order.key]
        run = self._context.runs[order.run_id]
        try:
            attempt = prepare_attempt(self._context, order.place, run, order.number, order.extra, order.resumed_files)
        except (*USER_FAULTS, OSError) as error:
            reraise_passing(error, self._context.home)
            self._end_unlaunched(order, str(error))
            return
        start = self._warm.choose(attempt, order.place.step)
        active = self._activate(order, start, RecordsFile(attempt.records_file), self._context.now())
        with self._context.transaction() as unit:
            unit.writer.put_attempt(AttemptRecord(order.key, active.started_at))
            order.owner.attempt_started(unit, order.key)
        self._active[order.key] = active
        lift_bar(attempt.claim_file)
        self._launches.begin(active)

    def _end_unstarted(self, order: AttemptOrder) -> None:
        with self._context.transaction() as unit:
            order.owner.attempt_ended(unit, AttemptEnd(order.key, None, signal=signal.SIGTERM), "")

    def _end_unlaunched(self, order: AttemptOrder, fault: str) -> None:
        with self._context.transaction() as unit:
            order.owner.attempt_ended(unit, AttemptEnd(order.key, None), fault)
            unit.afterwards(lambda: self._release(order.key))

    def _record_end(self, active: ActiveAttempt, end: AttemptEnd, fault: str) -> None:
        """The end of an attempt that has no process."""
        with self._context.transaction() as unit:
            unit.writer.put_attempt(AttemptRecord(end.key, active.started_at, end=end))
            active.owner.attempt_ended(unit, end, fault)
            unit.afterwards(lambda: self._release(end.key))

    def _activate(self, order: AttemptOrder, start: Start, reader: RecordsFile, started_at: float) -> ActiveAttempt:
        attempt = start.attempt
        log_metrics = LogMetrics.for_step(order.place.step, attempt, self._context.journal)
        code = order.place.step.code
        limits = ProcessLimits(code.max_duration_s, code.max_silence_s or self._context.envelope.max_silence_s)
        return ActiveAttempt(attempt, order.place, order.owner, reader, log_metrics, started_at, limits, start)

    def _take_lines(self, attempts: list[ActiveAttempt], *, to_end: bool = False) -> bool:
        """Record what attempts wrote, in one transaction; returns whether there was anything."""
        read = [(active, active.read_new(to_end=to_end)) for active in attempts]
        written = [(active, lines) for active, lines in read if lines]
        if not written:
            return False
        with self._context.transaction() as unit:
            for active, lines in written:
                key = active.attempt.key
                record_lines(self._context, unit, active.attempt, lines)
                unit.writer.put_attempt(active.record())
                active.owner.attempt_reported(unit, key, lines)
        return True

    def _finish(self, end: AttemptEnd) -> None:
        active = self._active.get(end.key)
        if active is None:
            return
        active.reader.close()  # whoever replaced the file did so by now
        while self._take_lines([active], to_end=True):
            pass
        end, fault = self._judged(active, end)
        counts = not (end.lost or active.owner.tries_again(end, fault))
        files: list[ArtifactRecord] = []
        refusal = self._refusal_of(lambda: files.extend(self._store_files(active, end, fault))) if counts else ""
        fault = fault or refusal
        if counts:
            self._clearing.begin(active.place.step.code.snapshot, active.attempt, completed=end.succeeded and not fault)
        with self._context.transaction() as unit:
            for file in files:
                unit.writer.add_artifact(file)
            unit.writer.put_attempt(active.record(end))
            active.owner.attempt_ended(unit, end, fault, active.reader.torn_bytes())
            unit.afterwards(lambda: self._release(end.key))

    def _judged(self, active: ActiveAttempt, end: AttemptEnd) -> tuple[AttemptEnd, str]:
        """The end, with a doubt where its being warm may have caused it, and the fault that is held against it."""
        end = with_limit(end, active.started_at, self._context.now(), active.limits.max_duration_s)
        limit = active.fault or limit_of(end, active.limits.max_duration_s)
        fault = limit or self._faults.get(end.key, "")
        judged = self._warm.judge(
            active.start,
            end,
            active.started_at,
            ours=active.stopped or (bool(fault) and not limit),
            limit=limit,
            retry=lambda doubtful: active.owner.tries_again(doubtful, "" if limit else fault),
        )
        return judged, "" if judged.doubt else fault

    def _release(self, key: AttemptKey) -> None:
        active = self._active.pop(key, None)
        if active is not None:
            active.close()
        self._slots.release(key)

    def _store_files(self, active: ActiveAttempt, end: AttemptEnd, fault: str) -> list[ArtifactRecord]:
        """Keep what an attempt produced; of one that is tried again nothing counts, its files stay where they are.

        An owner that dies before it records them leaves the next one to do it again, which finds all that is kept.
        """
        copied = copied_files(self._context, active.place)
        artifacts = collect_artifacts(self._context.home.artifacts, active.attempt, copied)
        if end.succeeded and not fault:
            run = self._context.runs[active.attempt.key.run_id]
            store_uploads(self._context, active.place, run, active.attempt)
        return artifacts

    def _refusal_of(self, action: Callable[[], None]) -> str:
        """Do something that a user's disk or files may refuse; returns the refusal."""
        try:
            action()
        except OSError as error:
            reraise_passing(error, self._context.home)
            return f"its files could not be stored: {error}"
        return ""
