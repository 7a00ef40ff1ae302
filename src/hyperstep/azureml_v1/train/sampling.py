"""The sampling classes of ``azureml.train.hyperdrive``: v1's own checks, and the translation to an engine sampler.

Source: Azure ML v1, "Tune hyperparameters for your model", sample the hyperparameter space.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from hyperstep import samplers
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveRehydrateException
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError
from hyperstep.records.goal import Goal

ParameterSpace = Mapping[str, Any]
"""An expression, or a bare constant, for each hyperparameter."""
Validator = Callable[[Sequence[Any]], None]
"""Takes an expression's arguments; raises HyperDriveConfigException."""

MAX_BAYESIAN_STEPS = 100_000
_DETERMINISTIC = "deterministic"
_HISTORY, _PAST = "history", "past"
_WARM = "warm"
_OF_THE_SWEEP = (_DETERMINISTIC, _HISTORY, _PAST, _WARM)
"""Properties that every sampling takes, and that are settings of the sweep."""
_ENGINE_NAMES_BY_RULE = {"random": "RANDOM", "sobol": "SOBOL"}


class HyperParameterSampling(ABC):  # noqa: B024 - as in v1
    """Base of the sampling classes.

    Args:
        sampling_method_name: ``RANDOM``, ``GRID`` or ``BayesianOptimization``.
        parameter_space: An expression, or a bare constant, for each hyperparameter.
        properties: Settings of the sampling; ours are ``seed``, a whole number; ``deterministic``, which makes the
            whole sweep's decisions follow from it; ``history``: ``"keep"`` for the finished trials of the newest sweep
            of equal code and inputs whatever its space; ``past``: with which values of new hyperparameters these ran;
            ``warm``: whether trials are forked from a process that has imported their libraries, ``"auto"``,
            ``"always"`` or ``"off"``.
        supported_distributions: The only expressions allowed; None allows all.
        distributions_validators: A further check of an expression's arguments, by its name.

    Raises:
        HyperDriveConfigException: An expression is not among the supported ones, or fails its check.
    """

    _settings: ClassVar[tuple[str, ...]] = ()
    """The keys of ``properties`` that the engine understands."""

    def __init__(
        self,
        sampling_method_name: str,
        parameter_space: ParameterSpace,
        properties: Mapping[str, Any] | None = None,
        supported_distributions: Sequence[str] | None = None,
        distributions_validators: Mapping[str, Validator] | None = None,
    ) -> None:
        self._sampling_method_name = sampling_method_name
        self._parameter_space = parameter_space
        self._properties = properties
        self._supported_distributions = supported_distributions
        self._distributions_validators = distributions_validators
        if supported_distributions is not None:
            for name, expression in parameter_space.items():
                self._check_expression(name, expression, supported_distributions)

    def to_json(self) -> dict[str, Any]:
        """A dict, as in v1: ``name``, ``parameter_space``, and ``properties`` when there are any."""
        data: dict[str, Any] = {"name": self._sampling_method_name, "parameter_space": self._parameter_space}
        return {**data, "properties": self._properties} if self._properties else data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HyperParameterSampling):
            return NotImplemented
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # equal by attributes that can change

    @staticmethod
    def _from_dict(data: Mapping[str, Any]) -> HyperParameterSampling:
        """The sampling that ``to_json`` wrote, without its properties: v1 loses them too.

        Raises:
            HyperDriveConfigException: Unknown name, or a space that the class refuses.
            HyperDriveRehydrateException: No ``parameter_space``.
        """
        name = data.get("name")
        kind = next((kind for kind in _KINDS if name == kind.SAMPLING_NAME), None)
        if kind is None:
            known = ", ".join(kind.SAMPLING_NAME for kind in _KINDS)
            message = f"The name of a sampling is one of {known}. Received: {name!r}."
            raise HyperDriveConfigException(message)
        if "parameter_space" not in data:
            message = f"A stored sampling has a parameter_space. Received the keys: {sorted(data)}."
            raise HyperDriveRehydrateException(message)
        return kind(data["parameter_space"])

    @property
    def _seed(self) -> int | None:
        """The seed that was given in ``properties``; None when it is to be drawn."""
        seed: int | None = (self._properties or {}).get("seed")
        return seed

    @property
    def _deterministic(self) -> bool | None:
        """Whether the sweep is to decide in logical time; None when ``properties`` does not say.

        Raises:
            HyperDriveConfigException: It is neither True nor False.
        """
        deterministic = (self._properties or {}).get(_DETERMINISTIC)
        if deterministic is not None and not isinstance(deterministic, bool):
            message = f"The property deterministic is True or False. Received: {deterministic!r}."
            raise HyperDriveConfigException(message)
        return deterministic

    @property
    def _history(self) -> str | None:
        """``keep`` or ``none``; None when ``properties`` does not say.

        Raises:
            HyperDriveConfigException: It is neither.
        """
        history: str | None = (self._properties or {}).get(_HISTORY)
        if history not in {None, "none", "keep"}:
            message = f"The property history is 'keep' or 'none'. Received: {history!r}."
            raise HyperDriveConfigException(message)
        return history

    @property
    def _past(self) -> Mapping[str, Any]:
        """With which values of new hyperparameters kept trials ran.

        Raises:
            HyperDriveConfigException: It is no mapping.
        """
        past = (self._properties or {}).get(_PAST, {})
        if not isinstance(past, Mapping):
            message = f"The property past maps names of hyperparameters to values. Received: {past!r}."
            raise HyperDriveConfigException(message)
        return past

    @property
    def _warm(self) -> str:
        """``auto``, ``always`` or ``off``; empty when ``properties`` does not say.

        Raises:
            HyperDriveConfigException: It is none of them.
        """
        warm = (self._properties or {}).get(_WARM)
        if warm not in {None, "auto", "always", "off"}:
            message = f"The property warm is 'auto', 'always' or 'off'. Received: {warm!r}."
            raise HyperDriveConfigException(message)
        return warm or ""

    def _to_engine(self, seed: int, *, goal: Goal | None = None) -> dict[str, Json]:
        """The engine sampler's JSON, checked by building it.

        Args:
            seed: Used where ``properties`` gives none and the sampling needs one.
            goal: Which way the primary metric is to go; Bayesian sampling needs it.

        Raises:
            HyperDriveConfigException: The engine refuses the space, or does not know a property or its value.
        """
        properties = dict(self._properties or {})
        for name in _OF_THE_SWEEP:
            properties.pop(name, None)
        unknown = sorted(map(str, properties.keys() - set(self._settings)))
        if unknown:
            takes = ", ".join((*self._settings, *_OF_THE_SWEEP))
            message = (
                f"Unknown properties of {self._sampling_method_name} sampling. Received: {unknown}. Known: {takes}."
            )
            raise HyperDriveConfigException(message)
        if "seed" in self._settings:
            properties["seed"] = seed if self._seed is None else self._seed
        data: dict[str, Any] = {"name": self._sampling_method_name, "space": self._parameter_space}
        try:
            return samplers.from_json({**data, **self._engine_settings(properties, goal)}).to_json()
        except HyperstepError as error:
            raise HyperDriveConfigException(str(error)) from error

    def _engine_settings(self, properties: Mapping[str, Any], goal: Goal | None) -> dict[str, Any]:
        """What the engine needs beside the space, and the name where the engine's is another."""
        del goal
        return dict(properties)

    def _check_expression(self, name: str, expression: object, supported: Sequence[str]) -> None:
        if not isinstance(expression, list):
            return
        if not expression or expression[0] not in supported:
            message = (
                f"{self._sampling_method_name} sampling takes {', '.join(supported)} only. "
                f"Received for {name!r}: {expression!r}."
            )
            raise HyperDriveConfigException(message)
        validator = (self._distributions_validators or {}).get(expression[0])
        if validator is not None:
            validator(expression[1])


class RandomParameterSampling(HyperParameterSampling):
    """Points drawn from the distributions; without repetition where the space is finite.

    Args:
        parameter_space: An expression, or a bare constant, for each hyperparameter.
        properties: ``seed``: a whole number, drawn at submission when absent. ``rule``, with v2's name and values:
            ``random``, or ``sobol`` for points that are spread evenly instead. ``deterministic``: True for the same
            stops at any concurrency.
    """

    SAMPLING_NAME: ClassVar[str] = "RANDOM"
    _settings = ("seed", "rule")

    def __init__(self, parameter_space: ParameterSpace, properties: Mapping[str, Any] | None = None) -> None:
        super().__init__(self.SAMPLING_NAME, parameter_space, properties)

    def _engine_settings(self, properties: Mapping[str, Any], goal: Goal | None) -> dict[str, Any]:
        """The seed; the rule decides which of the engine's samplers it is.

        Raises:
            HyperDriveConfigException: There is no such rule.
        """
        del goal
        rule = properties.get("rule", "random")
        if not isinstance(rule, str) or rule not in _ENGINE_NAMES_BY_RULE:
            message = f"The rule of RANDOM sampling is one of {', '.join(_ENGINE_NAMES_BY_RULE)}. Received: {rule!r}."
            raise HyperDriveConfigException(message)
        return {"name": _ENGINE_NAMES_BY_RULE[rule], "seed": properties["seed"]}


class GridParameterSampling(HyperParameterSampling):
    """Every combination of the choices once: keys as written, the last varies fastest.

    Args:
        parameter_space: A ``choice``, or a bare constant, for each hyperparameter.
        properties: ``deterministic``: True for the same stops at any concurrency.

    Raises:
        HyperDriveConfigException: An expression other than ``choice``.
    """

    SAMPLING_NAME: ClassVar[str] = "GRID"

    def __init__(self, parameter_space: ParameterSpace, properties: Mapping[str, Any] | None = None) -> None:
        super().__init__(self.SAMPLING_NAME, parameter_space, properties, ["choice"])


class BayesianParameterSampling(HyperParameterSampling):
    """Points chosen by what earlier trials reached.

    Args:
        parameter_space: ``choice``, ``uniform`` or ``quniform`` for each hyperparameter.
        properties: ``seed``: a whole number, drawn at submission when absent. ``deterministic``: True for the same
            points and stops at any concurrency.

    Raises:
        HyperDriveConfigException: No space, another expression, choices of other or mixed types, or a quniform that
            has more than 100,000 steps or bounds that are not int.
        TypeError: A value that is no expression.
    """

    SAMPLING_NAME: ClassVar[str] = "BayesianOptimization"
    _settings = ("seed",)

    def __init__(self, parameter_space: ParameterSpace | None, properties: Mapping[str, Any] | None = None) -> None:
        if parameter_space is None:
            message = "Bayesian sampling needs a parameter space. Received: None."
            raise HyperDriveConfigException(message)
        constants = [name for name, expression in parameter_space.items() if not isinstance(expression, list)]
        if constants:
            message = f"Bayesian sampling takes expressions only. Not one: {', '.join(map(str, constants))}."
            raise TypeError(message)
        validators = {"choice": _check_bayesian_choice, "quniform": _check_bayesian_quniform}
        supported = ["choice", "uniform", "quniform"]
        super().__init__(self.SAMPLING_NAME, parameter_space, properties, supported, validators)

    def _engine_settings(self, properties: Mapping[str, Any], goal: Goal | None) -> dict[str, Any]:
        """The properties and the goal."""
        return {**properties, "goal": None if goal is None else goal.value}


_KINDS: tuple[type[RandomParameterSampling | GridParameterSampling | BayesianParameterSampling], ...] = (
    RandomParameterSampling,
    GridParameterSampling,
    BayesianParameterSampling,
)


def _check_bayesian_choice(arguments: Sequence[Any]) -> None:
    options = arguments[0]
    kinds = {type(option) for option in options}
    if not kinds or not kinds <= {int, float, str} or (str in kinds and len(kinds) > 1):
        message = f"Bayesian sampling takes choices of int and float, or of text alone. Received: {options!r}."
        raise HyperDriveConfigException(message)


def _check_bayesian_quniform(arguments: Sequence[Any]) -> None:
    if any(type(argument) is not int for argument in arguments):
        message = f"Bayesian sampling takes whole numbers in quniform. Received: {list(arguments)!r}."
        raise HyperDriveConfigException(message)
    low, high, q = arguments
    if (high - low) / q > MAX_BAYESIAN_STEPS:
        message = (
            f"Bayesian sampling takes at most {MAX_BAYESIAN_STEPS} steps in quniform. Received: {list(arguments)!r}."
        )
        raise HyperDriveConfigException(message)
