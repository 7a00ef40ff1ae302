"""``MedianStopping``: stop a trial that is worse than the median of all trials' running averages.

At interval N a trial is stopped when its best value at intervals 1 … N is worse than the median, over the trials that
reached N (ended ones and itself included), of each trial's mean at intervals 1 … N.

Source: Azure ML v1, "Tune hyperparameters for your model", median stopping policy. Ours: which trials enter the median,
and that at least two must, else nobody is stopped.
"""

from __future__ import annotations

from hyperstep.digest import Json
from hyperstep.policies.peers import Peers
from hyperstep.policies.threshold_policy import Threshold, ThresholdPolicy

MIN_TRIALS = 2


class MedianStoppingPolicy(ThresholdPolicy):
    """Stops what is worse than the median of means.

    Args:
        evaluation_interval: Judge at every multiple of this number of reports; at least 1.
        delay_evaluation: Judge no sooner than at this number of reports; at least 0.

    Raises:
        InvalidInputError: A number is not an int or below its bound.
    """

    name = "MedianStopping"

    def threshold(self, interval: int, cohort: Peers) -> Threshold | None:
        """The median of the means at ``interval``."""
        median, count = cohort.median_mean_at(interval), cohort.count_at(interval)
        if median is None or count < MIN_TRIALS:
            return None
        facts: dict[str, Json] = {"median": median}
        return Threshold(median, f"the median of {count} trials' means", facts, count, cohort.trials_at(interval))
