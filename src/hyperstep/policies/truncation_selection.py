"""``TruncationSelection``: stop a trial that is among the lowest X% of all trials.

At interval N all trials with a usable value at intervals 1 … N are ranked by their best value there, also those that
ended or went further. The lowest floor(X% · n) of the n ranked are cut; only the judged trial can be stopped. A trial
equal to the last one that stays, stays too.

Source: Azure ML v1, "Tune hyperparameters for your model", truncation selection policy; the v1 SDK always asks for
ended trials to take part. Ours: the rounding, the treatment of equal values, and that trials which have not reached N
yet are ranked by what they have.
"""

from __future__ import annotations

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.peers import Peers
from hyperstep.policies.threshold_policy import Threshold, ThresholdPolicy

PERCENT = 100


class TruncationSelectionPolicy(ThresholdPolicy):
    """Stops the lowest share of trials.

    Args:
        truncation_percentage: X, the share to stop; a whole number from 1 to 99.
        evaluation_interval: Judge at every multiple of this number of reports; at least 1.
        delay_evaluation: Judge no sooner than at this number of reports; at least 0.

    Raises:
        InvalidInputError: A number is not an int or out of its bounds.
    """

    name = "TruncationSelection"

    def __init__(self, truncation_percentage: int, evaluation_interval: int = 1, delay_evaluation: int = 0) -> None:
        super().__init__(evaluation_interval, delay_evaluation)
        if type(truncation_percentage) is not int or not 1 <= truncation_percentage < PERCENT:
            rule = "truncation_percentage is a whole number from 1 to 99."
            raise InvalidInputError(rule, received=truncation_percentage, remedy="Give it as an int.")
        self.truncation_percentage = truncation_percentage

    def surely_keeps(self, trial: int, interval: int, cohort: Peers) -> bool:
        """As in the base; it always knows. To count who is better costs less than to find who stays last."""
        value = cohort.best_of(trial, interval)
        return value is None or cohort.count_better_until(interval, value) < self._staying(cohort.count_until(interval))

    def threshold(self, interval: int, cohort: Peers) -> Threshold | None:
        """The best value of the last trial that stays; None when nobody is cut yet."""
        count = cohort.count_until(interval)
        cut = count - self._staying(count)
        if cut == 0:
            return None
        value = cohort.nth_best_until(interval, count - cut)
        facts: dict[str, Json] = {"ranking": {"ranked": count, "cut": cut}}
        words = f"the value of rank {count - cut} of {count}"
        return Threshold(value, words, facts, count, cohort.trials_until(interval))

    def _staying(self, count: int) -> int:
        return count - self.truncation_percentage * count // PERCENT

    def properties(self) -> dict[str, Json]:
        """The intervals and the share."""
        return {**super().properties(), "truncation_percentage": self.truncation_percentage}
