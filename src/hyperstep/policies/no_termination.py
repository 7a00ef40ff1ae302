"""``Default``: every trial runs to its end."""

from __future__ import annotations

from hyperstep.digest import Json
from hyperstep.policies.base import Policy, Verdict
from hyperstep.policies.peers import Peers


class NoTerminationPolicy(Policy):
    """Stops nothing."""

    name = "Default"
    may_stop = False

    def __init__(self) -> None:
        super().__init__()

    def judge(self, trial: int, interval: int, cohort: Peers) -> Verdict:
        """Keep."""
        del trial, cohort
        return Verdict(stop=False, evidence={"policy": self.name, "interval": interval})

    def properties(self) -> dict[str, Json]:
        """None."""
        return {}
