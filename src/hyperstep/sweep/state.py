"""What a sweep knows: its trials, their curves, and why no more may be launched."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hyperstep.policies.cohort import Cohort
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import Limits
from hyperstep.sweep.logical_time import LogicalTime
from hyperstep.sweep.results import Results
from hyperstep.sweep.trial_state import TrialState


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A point that was chosen ahead."""

    point: Point | None
    """None when there is no further one."""


@dataclass(slots=True)
class SweepState:
    """The whole state of a sweep; equal events give equal states."""

    limits: Limits
    cohort: Cohort
    """The curves that count."""
    trials: list[TrialState] = field(default_factory=list)
    results: Results = field(init=False, compare=False)
    """Which trials a model is told of."""
    time: LogicalTime | None = None
    """Of a deterministic sweep; None for one that takes things as they arrive."""
    occupied: dict[int, None] = field(default_factory=dict)
    """Trials that occupy a slot, in the order in which they took it."""
    waiting: deque[int] = field(default_factory=deque)
    """Trials whose attempt was lost and that wait for a slot."""
    concurrency: int = 0
    """Trials at one time, as far as the machine goes; 0 before the sweep was started."""
    started_at_s: float | None = None
    """Time of the first event, seconds since the epoch."""
    now_s: float = 0.0
    """The latest time that an event told."""
    cancel_reason: str | None = None
    out_of_time: bool = False
    exhausted: bool = False
    """The sampler has no further point."""
    metric_seen: bool = False
    """Some trial logged the primary metric, with whatever value."""
    halted: bool = False
    """A trial ended well without the primary metric, and no other has logged it: nothing new is launched."""
    failed: list[int] = field(default_factory=list)
    """Trials that failed, sorted."""
    limited: int | None = None
    """Set once more trials failed than may: those from this number on are stopped, and count nowhere in a deterministic
    sweep; nothing new is launched."""
    finished: bool = False
    recorded: deque[Point] = field(default_factory=deque, compare=False)
    """Points that an earlier owner of the sweep recorded: taken in order, instead of asking the sampler again."""
    foreseen: Foreseen | None = field(default=None, compare=False)
    """The next trial's, chosen while no slot was free; None where none was."""
    asked: int = field(default=0, compare=False)
    """How many points were asked of the sampler, as far as this process knows; more than were used where some had been
    tried before."""
    tried: set[str] | None = field(default=None, compare=False)
    """Points, as canonical JSON, that are not to be tried again; None when nothing can be tried twice."""

    def __post_init__(self) -> None:
        self.results = Results(self.cohort.goal)

    @property
    def closing(self) -> bool:
        """Nothing more is launched, and what runs was told to stop."""
        return self.cancel_reason is not None or self.out_of_time

    @property
    def may_launch(self) -> bool:
        """Whether a trial could still be launched, now or when a slot becomes free."""
        if self.finished or self.closing:
            return False
        return bool(self.waiting) or self.may_sample

    @property
    def may_sample(self) -> bool:
        """Whether a new trial could still be made."""
        if self.exhausted or self.halted or self.closing or self.limited is not None:
            return False
        return len(self.trials) < self.limits.max_total

    @property
    def has_room(self) -> bool:
        """Whether a slot is free."""
        return len(self.occupied) < self.concurrency

    def live(self, index: int, attempt: int) -> TrialState | None:
        """The trial, when that attempt of it occupies a slot; None for anything late, repeated or unknown."""
        if not 0 <= index < len(self.trials):
            return None
        trial = self.trials[index]
        return trial if trial.occupies_slot and trial.attempt == attempt else None

    def best(self) -> tuple[int, float] | None:
        """The best trial and its best usable value; of equal ones the lowest index.

        Trials that were stopped count, as in v1. A trial that failed is never the best: what it wrote may be torn.
        """
        return self.cohort.best()

    @property
    def counted_trials(self) -> list[TrialState]:
        """The trials that what the sweep has become is told of: all, but for those past a logical limit of failures."""
        return self.trials if self.time is None else self.trials[: self.limited]

    def start_anew(self, trial: TrialState) -> None:
        """What an attempt that will be repeated reported does not count."""
        if self.time is None:
            self.cohort.forget(trial.index)
        else:
            self.time.start_anew(trial)
        trial.unusable_values = 0

    def touch(self, trial: TrialState) -> None:
        """Something happened to a trial that may settle it."""
        if self.time is not None:
            self.time.touched.append(trial.index)

    def check(self) -> None:
        """See that the state is possible.

        Raises:
            AssertionError: It is not, which is a defect of the controller.
        """
        broken = [rule for rule, holds in self._invariants() if not holds]
        if broken:
            raise AssertionError("; ".join(broken))

    def _invariants(self) -> Iterator[tuple[str, bool]]:
        numbers = list(range(len(self.trials)))
        open_trials = [trial for trial in self.trials if not trial.ended]
        ended = [trial.index for trial in self.trials if trial.is_gone]
        yield "trials are numbered in order", [trial.index for trial in self.trials] == numbers
        yield "no more trials than the limit", len(self.trials) <= self.limits.max_total
        yield "no more slots than the limit", self.concurrency <= self.limits.max_concurrent
        yield (
            "slots are held by trials that know it",
            all(trial.occupies_slot == (trial.index in self.occupied) for trial in self.trials),
        )
        yield (
            "each trial ended, holds a slot or waits for one",
            sorted([*self.occupied, *self.waiting, *ended]) == numbers,
        )
        most = self.limits.max_lost_attempts + self.limits.max_retries
        yield "no attempt beyond the limit", all(t.attempt <= most for t in self.trials)
        told = all(t.stop_reason for t in open_trials if not t.is_gone)
        yield "a closing sweep told all trials to stop", not self.closing or told
        yield "a finished sweep has no open trial", not self.finished or not open_trials
        yield from self._invariants_in_logical_time()

    def _invariants_in_logical_time(self) -> Iterator[tuple[str, bool]]:
        time = self.time
        if time is None:
            return
        yield "nobody is left to look at", not time.touched
        yield "the settled come first", all(t.settled for t in self.trials[: time.settled])
        first = next((trial for trial in self.trials if not trial.settled), None)
        yield "the first that has not settled runs or waits", first is None or not first.is_gone
        yield "a trial that ended has settled", all(t.settled for t in self.trials if t.ended)
        yield "nothing is ahead of a settled trial", not any(self.trials[index].settled for index in time.ahead)
        counted = ((t.counted_values, self.cohort.intervals(t.index)) for t in self.trials)
        yield "a stopped trial counts up to its verdict", all(end in {None, length} for end, length in counted)
