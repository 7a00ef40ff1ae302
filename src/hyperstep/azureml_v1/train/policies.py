"""The early termination policies of ``azureml.train.hyperdrive``: v1's own checks, and the engine policy for each.

Source: Azure ML v1, "Tune hyperparameters for your model", specify an early termination policy.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar

from hyperstep import policies
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveRehydrateException
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError

PERCENT = 100


class EarlyTerminationPolicy(ABC):  # noqa: B024 - as in v1
    """Base of the policies.

    Args:
        name: ``Bandit``, ``MedianStopping``, ``TruncationSelection`` or ``Default``.
        properties: The numbers that define it.
    """

    POLICY_NAME: ClassVar[str] = ""

    def __init__(self, name: str, properties: Mapping[str, Any] | None = None) -> None:
        self._name = name
        self._properties = properties

    def to_json(self) -> dict[str, Any]:
        """A dict, as in v1: ``name``, and ``properties`` unless it has none."""
        if self._properties is None:
            return {"name": self._name}
        return {"name": self._name, "properties": dict(self._properties)}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EarlyTerminationPolicy):
            return NotImplemented
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # equal by attributes that can change

    @staticmethod
    def _from_dict(data: Mapping[str, Any]) -> EarlyTerminationPolicy:
        """The policy that ``to_json`` wrote.

        Raises:
            HyperDriveConfigException: Unknown name, or numbers that the class refuses.
            HyperDriveRehydrateException: The properties do not belong to that policy.
        """
        name = data.get("name")
        kind = next((kind for kind in _KINDS if name == kind.POLICY_NAME), None)
        if kind is None:
            known = ", ".join(kind.POLICY_NAME for kind in _KINDS)
            message = f"The name of a policy is one of {known}. Received: {name!r}."
            raise HyperDriveConfigException(message)
        properties = dict(data.get("properties") or {})
        try:
            return kind._from_properties(properties)  # noqa: SLF001 - one family
        except TypeError as error:
            message = f"These are not the properties of a stored {name} policy. Received: {properties}."
            raise HyperDriveRehydrateException(message) from error

    @classmethod
    def _from_properties(cls, properties: dict[str, Any]) -> EarlyTerminationPolicy:
        return cls(**properties)

    def _to_engine(self) -> dict[str, Json]:
        """The engine policy's JSON, checked by building it.

        Raises:
            HyperDriveConfigException: The engine refuses a number, which v1 leaves to its service.
        """
        try:
            return policies.from_json({"name": self._name, "properties": self._engine_properties()}).to_json()
        except HyperstepError as error:
            raise HyperDriveConfigException(str(error)) from error

    def _engine_properties(self) -> dict[str, Any]:
        return dict(self._properties or {})


class _IntervalPolicy(EarlyTerminationPolicy):
    """A policy that is applied at intervals."""

    def __init__(self, evaluation_interval: int, delay_evaluation: int, properties: Mapping[str, Any]) -> None:
        _check_int("evaluation_interval", evaluation_interval)
        _check_int("delay_evaluation", delay_evaluation)
        self._evaluation_interval = evaluation_interval
        self._delay_evaluation = delay_evaluation
        intervals = {"evaluation_interval": evaluation_interval, "delay_evaluation": delay_evaluation}
        super().__init__(self.POLICY_NAME, {**intervals, **properties})

    @property
    def evaluation_interval(self) -> int:
        """How often the policy is applied, in reports of the primary metric."""
        return self._evaluation_interval

    @property
    def delay_evaluation(self) -> int:
        """The number of reports before which the policy is not applied."""
        return self._delay_evaluation


class BanditPolicy(_IntervalPolicy):
    """Ends a trial that is worse than the best one by more than a slack.

    Args:
        evaluation_interval: How often the policy is applied, in reports of the primary metric.
        slack_factor: The slack in relation to the best trial.
        slack_amount: The slack in units of the metric. As in v1, it is what is stored when the factor is 0.
        delay_evaluation: The number of reports before which the policy is not applied.

    Raises:
        HyperDriveConfigException: No slack or both, or an interval that is no int.
    """

    POLICY_NAME: ClassVar[str] = "Bandit"

    def __init__(
        self,
        evaluation_interval: int = 1,
        slack_factor: float | None = None,
        slack_amount: float | None = None,
        delay_evaluation: int = 0,
    ) -> None:
        if (slack_factor is None and slack_amount is None) or (slack_factor and slack_amount):
            message = (
                "A BanditPolicy has either a slack_factor or a slack_amount. "
                f"Received: slack_factor={slack_factor!r}, slack_amount={slack_amount!r}."
            )
            raise HyperDriveConfigException(message)
        self._slack_factor = slack_factor
        slack = {"slack_factor": slack_factor} if slack_factor else {"slack_amount": slack_amount}
        super().__init__(evaluation_interval, delay_evaluation, slack)

    @property
    def slack_factor(self) -> float | None:
        """The slack in relation to the best trial, as it was given."""
        return self._slack_factor

    @classmethod
    def _from_properties(cls, properties: dict[str, Any]) -> BanditPolicy:
        """A stored ``slack_amount`` of None comes from a factor of 0."""
        zero = {"slack_factor": 0} if properties.get("slack_amount", "") is None else {}
        return cls(**{**properties, **zero})

    def _engine_properties(self) -> dict[str, Any]:
        """The engine is told of a factor of 0 as an amount of 0: they allow the same slack, none."""
        properties = super()._engine_properties()
        return {**properties, "slack_amount": 0} if properties.get("slack_amount", "") is None else properties


class MedianStoppingPolicy(_IntervalPolicy):
    """Ends a trial that is worse than the median of all trials' running averages.

    Args:
        evaluation_interval: How often the policy is applied, in reports of the primary metric.
        delay_evaluation: The number of reports before which the policy is not applied.

    Raises:
        HyperDriveConfigException: An interval that is no int.
    """

    POLICY_NAME: ClassVar[str] = "MedianStopping"

    def __init__(self, evaluation_interval: int = 1, delay_evaluation: int = 0) -> None:
        super().__init__(evaluation_interval, delay_evaluation, {})


class TruncationSelectionPolicy(_IntervalPolicy):
    """Ends the lowest share of trials.

    Args:
        truncation_percentage: The share, a whole number from 1 to 99.
        evaluation_interval: How often the policy is applied, in reports of the primary metric.
        delay_evaluation: The number of reports before which the policy is not applied.

    Raises:
        HyperDriveConfigException: A number that is no int, or a percentage out of its bounds.
    """

    POLICY_NAME: ClassVar[str] = "TruncationSelection"

    def __init__(self, truncation_percentage: int, evaluation_interval: int = 1, delay_evaluation: int = 0) -> None:
        _check_int("truncation_percentage", truncation_percentage)
        if not 1 <= truncation_percentage < PERCENT:
            message = f"truncation_percentage is a whole number from 1 to 99. Received: {truncation_percentage!r}."
            raise HyperDriveConfigException(message)
        self._truncation_percentage = truncation_percentage
        properties = {"truncation_percentage": truncation_percentage, "exclude_finished_jobs": False}
        super().__init__(evaluation_interval, delay_evaluation, properties)

    @property
    def truncation_percentage(self) -> int:
        """The share of trials that is ended at each evaluation."""
        return self._truncation_percentage

    @classmethod
    def _from_properties(cls, properties: dict[str, Any]) -> TruncationSelectionPolicy:
        """``exclude_finished_jobs`` is stored, but no argument of the class."""
        return cls(**{name: number for name, number in properties.items() if name != "exclude_finished_jobs"})

    def _engine_properties(self) -> dict[str, Any]:
        """Ended trials always take part in the engine's ranking."""
        properties = super()._engine_properties()
        return {name: number for name, number in properties.items() if name != "exclude_finished_jobs"}


class NoTerminationPolicy(EarlyTerminationPolicy):
    """Every trial runs to its end."""

    POLICY_NAME: ClassVar[str] = "Default"

    def __init__(self) -> None:
        super().__init__(self.POLICY_NAME)


_KINDS: tuple[type[EarlyTerminationPolicy], ...] = (
    BanditPolicy,
    MedianStoppingPolicy,
    TruncationSelectionPolicy,
    NoTerminationPolicy,
)


def _check_int(name: str, number: object) -> None:
    if not isinstance(number, int):
        message = f"{name} is a whole number, given as an int. Received: {number!r}."
        raise HyperDriveConfigException(message)
