"""Which processes work for a run now: told by the claims of its attempts, and by the trial host."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hyperstep.cli.view import RootView, StepView, SweepView, TrialView
from hyperstep.errors import LaunchError
from hyperstep.launchers import can_host
from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.marker import Claim, read_claim
from hyperstep.run_store.base import AttemptRecord, Journal
from hyperstep.runtime.home import Home


@dataclass(frozen=True, slots=True)
class LiveProcesses:
    """The attempts of a root run, as far as they are known here."""

    pids: dict[str, int]
    """Process of each trial or step whose newest attempt lives, by run."""
    attempts: dict[str, int]
    """How many there have been, by run."""
    newest: dict[str, AttemptRecord]
    """The newest one, by run."""
    hosts: tuple[int, ...]
    """Trial hosts that its attempts go to, or went to."""

    def in_view(self, view: RootView) -> RootView:
        """The view with its processes."""
        return replace(view, steps=tuple(self._in_step(step) for step in view.steps))

    def _in_step(self, step: StepView) -> StepView:
        sweep = self._in_sweep(step.sweep) if step.sweep else None
        known = self._known(step.id)
        return replace(step, sweep=sweep, pid=self.pids.get(step.id), attempts=self.attempts.get(step.id, 0), **known)

    def _in_sweep(self, sweep: SweepView) -> SweepView:
        best = self._in_trial(sweep.best) if sweep.best else None
        return replace(sweep, trials=tuple(map(self._in_trial, sweep.trials)), best=best)

    def _in_trial(self, trial: TrialView) -> TrialView:
        known = self._known(trial.id)
        return replace(trial, pid=self.pids.get(trial.id), attempts=self.attempts.get(trial.id, 0), **known)

    def _known(self, run_id: str) -> dict[str, Any]:
        """How the newest attempt of a run was started, and its threads."""
        newest = self.newest.get(run_id)
        return {"launched": newest.launched, "threads": newest.threads} if newest else {}


def live_processes(home: Home, root_id: str) -> LiveProcesses:
    """Look at a root run's attempts.

    Raises:
        StoreError: Its journal cannot be read.
    """
    journal = home.store.journal(root_id)
    try:
        claims = _claims(home, journal)
        attempts: dict[str, int] = {}
        newest: dict[str, AttemptRecord] = {}
        for record in journal.attempts():
            attempts[record.key.run_id] = attempts.get(record.key.run_id, 0) + 1
            newest[record.key.run_id] = record
        ended, owner = journal.run(root_id).status.is_terminal, journal.owner()
    finally:
        journal.close()
    hosts = {claim.parent for claim in claims.values() if owner is None or claim.parent != owner.pid}
    hosts |= set() if ended else _users_host()
    pids = {run_id: claim.pid for run_id, claim in claims.items()}
    return LiveProcesses(pids, attempts, newest, tuple(sorted(hosts)))


def _claims(home: Home, journal: Journal) -> dict[str, Claim]:
    """The claims of the attempts that live, by run."""
    found: dict[str, Claim] = {}
    for record in journal.attempts():
        if record.end is None:
            attempt = home.attempt(journal.run(record.key.run_id), record.key.number)
            claim = read_claim(attempt.claim_file)
            if claim is not None and claim.is_alive():
                found[record.key.run_id] = claim
    return found


def _users_host() -> set[int]:
    if not can_host():
        return set()
    try:
        pid = host_pid(default_control_path())
    except LaunchError:
        return set()
    return set() if pid is None else {pid}
