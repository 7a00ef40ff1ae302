"""One run of a subject under a plan, from the fresh home to the last process."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from hyperstep.testing.faults import storage
from hyperstep.testing.faults.accounting import Accounts, account, count_attempts, read_notes
from hyperstep.testing.faults.acts import resume
from hyperstep.testing.faults.disturbing import Disturber
from hyperstep.testing.faults.outcome import Tree, read_outcome
from hyperstep.testing.faults.plan import FaultKind, Plan
from hyperstep.testing.faults.processes import WAITING, find, kill_all
from hyperstep.testing.faults.scene import Scene, made_scene
from hyperstep.testing.faults.subject import Subject
from hyperstep.testing.faults.watch import Watch

PATIENCE_S = 600.0
"""A run that has not ended by then hangs. It is generous: a slow machine is no defect."""
_LEAVE_S = 60.0
"""So long processes may take to leave when the run has ended."""
_POLL_S = 0.02
_LOOK_S = 1.0
_LOG_END = 400


@dataclass(frozen=True, slots=True)
class Result:
    """How one run went."""

    plan: Plan
    outcome: Tree
    exit_code: int | None
    """The driver's; None when it did not end."""
    accounts: Accounts
    done: tuple[str, ...]
    """The faults that were done, in words."""
    orphans: tuple[str, ...]
    seconds: float
    """From the submission to the end of the run."""
    whole_s: float
    """From the start of the driver to the end of the last process."""
    events: int
    trouble: str = ""
    """Why there is no outcome: it hangs, the driver failed, the records cannot be read."""


def run_once(subject: Subject, plan: Plan) -> Result:
    """Run a subject in a fresh home while a plan is carried out."""
    with made_scene({**subject.variables, **plan.variables}) as scene, _disk(scene, plan):
        try:
            return _Run(subject, plan, scene).run()
        finally:
            kill_all(scene)


class _Run:
    def __init__(self, subject: Subject, plan: Plan, scene: Scene) -> None:
        self._subject = subject
        self._plan = plan
        self._scene = scene
        self._watch = Watch(scene)
        self._disturber = Disturber(plan, scene, self._watch)
        self._started = time.monotonic()
        self._submitted_at: float | None = None
        self._next_look = 0.0

    def run(self) -> Result:
        self._subject.prepare(self._scene.work)
        with self._scene.log.open("ab") as log:
            driver = subprocess.Popen(
                self._subject.command,
                env=self._scene.environment(),
                cwd=self._scene.work,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            trouble = self._until_over(driver)
        finally:
            self._disturber.undo_all()
            if driver.poll() is None:
                driver.kill()
            driver.wait()
        return self._result(driver.returncode, trouble)

    def _until_over(self, driver: subprocess.Popen[bytes]) -> str:
        """Go on until driver and runs have ended; returns what went wrong, in words."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            roots = self._watch.roots()
            if roots and self._submitted_at is None:
                self._submitted_at = time.monotonic()
            self._disturber.step(submitted=bool(roots))
            if driver.poll() is not None and not self._disturber.is_lasting:
                if not roots:
                    return f"the driver submitted nothing: {self._log_end()}"
                if all(root.status.is_terminal for root in roots):
                    return ""
            if roots and not all(root.status.is_terminal for root in roots):
                self._keep_driven()
            time.sleep(_POLL_S)
        left = ", ".join(f"{found.role} {found.pid}" for found in find(self._scene))
        return f"it has not ended after {PATIENCE_S:.0f} s; living processes: {left or 'none'}; {self._log_end()}"

    def _keep_driven(self) -> None:
        """Look at the run, as a person does, when no process is left that would go on with it."""
        if time.monotonic() < self._next_look:
            return
        if not find(self._scene, "runner", "host"):
            resume(self._scene, "--all")
        self._next_look = time.monotonic() + _LOOK_S

    def _result(self, exit_code: int | None, trouble: str) -> Result:
        seconds = time.monotonic() - (self._submitted_at or time.monotonic())
        orphans = self._orphans()
        events = self._watch.event_count()
        self._watch.close()
        outcome: Tree = {}
        accounts = Accounts({})
        hits: Mapping[str, int] = self._disturber.hits
        if not trouble:
            outcome = read_outcome(self._scene.home)
            if self._subject.notes_outside:
                accounts = account(read_notes(self._scene.outside), self._scene.home, hits)
            else:
                accounts = count_attempts(self._scene.home, hits)
        done = tuple(done.words for done in self._disturber.done)
        whole_s = time.monotonic() - self._started
        return Result(self._plan, outcome, exit_code, accounts, done, orphans, seconds, whole_s, events, trouble)

    def _orphans(self) -> tuple[str, ...]:
        """What is left when everybody had time to leave, but for those who wait for work."""
        deadline = time.monotonic() + _LEAVE_S
        while left := [found for found in find(self._scene) if found.role not in WAITING]:
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        return tuple(f"{found.role} {found.pid}: {found.words}" for found in left)

    def _log_end(self) -> str:
        texts = [self._scene.log, *self._scene.home.glob("runs/*/runner.log")]
        return " | ".join(file.read_text(errors="replace")[-_LOG_END:] for file in texts if file.exists())


@contextmanager
def _disk(scene: Scene, plan: Plan) -> Iterator[None]:
    """A small disk for the home, when it is to be filled."""
    needs = any(fault.kind is FaultKind.FULL_DISK for fault in plan.faults)
    with storage.small_disk(scene.home) if needs else contextlib.nullcontext():
        yield
