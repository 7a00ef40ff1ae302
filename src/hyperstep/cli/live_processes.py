"""Which processes work for a run now: told by the claims of its attempts, and by the trial host."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.cli import wording
from hyperstep.cli.view import RootView, StepView, SweepView, TrialView
from hyperstep.errors import LaunchError
from hyperstep.launchers import can_host
from hyperstep.launchers.marker import Claim, read_claim
from hyperstep.launchers.process_table import is_host, is_stopped, keeper_of, look_up
from hyperstep.records.run import RunKind
from hyperstep.run_store.base import Journal, StartCounts
from hyperstep.runtime.home import Home


class LiveProcesses(Struct, frozen=True):
    """The attempts of a root run, as far as they are known here."""

    pids: dict[str, int]
    """Process of each trial or step whose newest attempt lives, by run."""
    attempts: dict[str, int]
    """How many there have been, by run that is shown."""
    starts: dict[str, StartCounts]
    """How the trials of each sweep were started, by the sweep's run."""
    hosts: tuple[int, ...]
    """Trial hosts that its attempts go to, or went to, and warm servers that they were forked from, that live."""
    keepers: tuple[int, ...]
    """Keepers of these hosts, and of those that were killed while attempts of theirs go on."""

    def document(self) -> dict[str, list[int]]:
        """What JSON has of the processes that are no attempts."""
        still = list(filter(is_stopped, (*self.hosts, *self.keepers)))
        return {"hosts": list(self.hosts), "keepers": list(self.keepers), "standing_still": still}

    def lines(self) -> list[str]:
        """Those of them that stand still, and what to do."""
        stopped = filter(is_stopped, self.hosts)
        hosts = [wording.stands_still("trial host" if is_host(pid) else "warm server", pid) for pid in stopped]
        return hosts + [wording.stands_still("keeper", pid) for pid in self.keepers if is_stopped(pid)]

    def in_view(self, view: RootView) -> RootView:
        """The view with its processes."""
        return replace(view, steps=tuple(self._in_step(step) for step in view.steps))

    def _in_step(self, step: StepView) -> StepView:
        sweep = self._in_sweep(step.sweep) if step.sweep else None
        return replace(step, sweep=sweep, pid=self.pids.get(step.id), attempts=self.attempts.get(step.id, 0))

    def _in_sweep(self, sweep: SweepView) -> SweepView:
        best = self._in_trial(sweep.best) if sweep.best else None
        trials, starts = tuple(map(self._in_trial, sweep.trials)), self.starts.get(sweep.id)
        return replace(sweep, trials=trials, best=best, starts=starts)

    def _in_trial(self, trial: TrialView) -> TrialView:
        return replace(trial, pid=self.pids.get(trial.id), attempts=self.attempts.get(trial.id, 0))


def live_processes(home: Home, view: RootView) -> LiveProcesses:
    """Look at the attempts of what is shown of a root run.

    Raises:
        StoreError: Its journal cannot be read.
    """
    root_id = view.id
    journal = home.store.journal(root_id)
    try:
        claims = _claims(home, journal)
        attempts = journal.attempt_counts(_shown(view))
        starts = {run.id: journal.starts_below(run.id) for run in journal.runs(kind=RunKind.SWEEP)}
        ended, owner = journal.run(root_id).status.is_terminal, journal.owner()
    finally:
        journal.close()
    hosts = {claim.parent for claim in claims.values() if owner is None or claim.parent != owner.pid}
    hosts |= set() if ended else _guards(home, root_id)
    hosts = {pid for pid in hosts if look_up(pid) is not None}
    pids = {run_id: claim.pid for run_id, claim in claims.items()}
    keepers = {keeper for pid in (*hosts, *pids.values()) if (keeper := keeper_of(pid)) is not None}
    return LiveProcesses(pids, attempts, starts, tuple(sorted(hosts)), tuple(sorted(keepers)))


def _shown(view: RootView) -> set[str]:
    """Ids of the steps and trials that a view has."""
    sweeps = [step.sweep for step in view.steps if step.sweep]
    trials = {trial.id for sweep in sweeps for trial in (*sweep.trials, *([sweep.best] if sweep.best else []))}
    return {step.id for step in view.steps} | trials


def _claims(home: Home, journal: Journal) -> dict[str, Claim]:
    """The claims of the attempts that live, by run."""
    found: dict[str, Claim] = {}
    for record in journal.open_attempts():
        attempt = home.attempt(journal.run(record.key.run_id), record.key.number)
        claim = read_claim(attempt.claim_file)
        if claim is not None and claim.is_alive():
            found[record.key.run_id] = claim
    return found


def _guards(home: Home, root_id: str) -> set[int]:
    if not can_host():
        return set()
    from hyperstep.launchers.hosts import hosts_of  # noqa: PLC0415 - needs Unix

    try:
        return hosts_of(str(home.root_folder(root_id).resolve()))
    except LaunchError:
        return set()
