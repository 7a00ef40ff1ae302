"""Carrying out a plan while a run goes on: each fault at its moment, each undone when it has lasted long enough."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from hyperstep.testing.faults.acts import Done, do
from hyperstep.testing.faults.plan import Fault, Plan, When
from hyperstep.testing.faults.scene import Scene
from hyperstep.testing.faults.watch import Watch


class Disturber:
    """Does the faults of a plan to a scene. ``step`` is to be called often.

    Args:
        plan: What to do.
        scene: To whom.
        watch: Tells how far the run is.
    """

    def __init__(self, plan: Plan, scene: Scene, watch: Watch) -> None:
        self._scene = scene
        self._watch = watch
        self._chance = random.Random(f"{plan.seed}/{plan.number}")  # noqa: S311 - to be repeated, not to be secret
        self._waiting: list[tuple[Fault, float | None]] = [(fault, None) for fault in plan.faults]
        """Each fault with the moment at which the rest of its time began."""
        self._lasting: list[tuple[float, Callable[[], None]]] = []
        self.done: list[Done] = []

    @property
    def is_lasting(self) -> bool:
        """Whether something is to be undone yet."""
        return bool(self._lasting)

    @property
    def hits(self) -> Counter[str]:
        """How many faults may have cost each attempt, by its run's folder."""
        return Counter(hit.partition("/")[0] for done in self.done for hit in done.hits)

    def step(self, *, submitted: bool) -> None:
        """Do and undo what is due.

        Args:
            submitted: Whether the run has been recorded.
        """
        now = time.monotonic()
        for end in [end for end in self._lasting if end[0] <= now]:
            self._lasting.remove(end)
            end[1]()
        if submitted:
            self._waiting = [left for fault, since in self._waiting if (left := self._try(fault, since)) is not None]

    def undo_all(self) -> None:
        """Leave nothing stopped, full or locked."""
        for _, undo in self._lasting:
            undo()
        self._lasting.clear()

    def _try(self, fault: Fault, since: float | None) -> tuple[Fault, float | None] | None:
        now = time.monotonic()
        if since is None:
            if not self._has_come(fault.when):
                return fault, None
            since = now
        if now - since < fault.when.after_s:
            return fault, since
        done = do(fault, self._scene, self._chance)
        if done is None:
            return fault, since
        self.done.append(done)
        if done.undo is not None:
            self._lasting.append((time.monotonic() + fault.lasts_s, done.undo))
        return None

    def _has_come(self, when: When) -> bool:
        if when.event is not None and self._watch.event_count() < when.event:
            return False
        return when.trial is None or self._watch.attempt_exists(when.trial, when.attempt)
