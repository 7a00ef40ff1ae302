"""PrimaryMetricGoal: which way the primary metric is to go."""

from __future__ import annotations

from enum import Enum

from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException


class PrimaryMetricGoal(Enum):
    """Whether the primary metric is to grow or to shrink."""

    MAXIMIZE = "MAXIMIZE"
    MINIMIZE = "MINIMIZE"

    @staticmethod
    def from_str(goal: str) -> PrimaryMetricGoal:
        """The goal called ``goal``, in upper or lower case.

        Raises:
            HyperDriveConfigException: There is no such goal.
        """
        try:
            return PrimaryMetricGoal[goal.upper()]
        except (KeyError, AttributeError) as error:
            message = f"A primary metric goal is 'maximize' or 'minimize'. Received: {goal!r}."
            raise HyperDriveConfigException(message) from error
