"""The ten parameter expressions of ``azureml.train.hyperdrive``: plain lists, checked no more than v1 does.

What only the engine refuses (NaN, infinity, ``q`` of 0 or below) is said when the sampling is translated.

Source: Azure ML v1, "Tune hyperparameters for your model", define the search space.
"""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException

Expression = list[Any]
"""``[name, [arguments]]``."""


def choice(*options: Any) -> Expression:  # noqa: ANN401 - an option may be anything
    """One of the options.

    Args:
        *options: Values, or one list or range of them. A tuple is a value.

    Returns:
        ``["choice", [options]]``; a given list is kept as the same object.

    Raises:
        HyperDriveConfigException: No option; or a list or range that is empty or not the only argument.
    """
    _require(len(options) > 0, "choice takes at least one option.", options)
    if not any(isinstance(option, list | range) for option in options):
        return ["choice", [list(options)]]
    alone_and_filled = len(options) == 1 and len(options[0]) > 0
    _require(alone_and_filled, "A list or range given to choice is its only argument and not empty.", options)
    return ["choice", [options[0] if isinstance(options[0], list) else list(options[0])]]


def randint(upper: int) -> Expression:
    """A whole number in [0, ``upper``).

    Raises:
        HyperDriveConfigException: Not an int, or not above 0.
    """
    number: object = upper
    _require(isinstance(number, int) and number > 0, "upper of randint is an int above 0.", upper)
    return ["randint", [upper]]


def uniform(min_value: float, max_value: float) -> Expression:
    """A number between the bounds.

    Raises:
        HyperDriveConfigException: A bound is not an int or float, or ``min_value`` is not below ``max_value``.
    """
    _check_range("uniform", min_value, max_value)
    return ["uniform", [min_value, max_value]]


def quniform(min_value: float, max_value: float, q: int) -> Expression:
    """``round(uniform(min_value, max_value) / q) * q``.

    Raises:
        HyperDriveConfigException: As ``uniform``; or ``q`` is not a whole number.
    """
    _check_q("quniform", q)
    _check_range("quniform", min_value, max_value)
    return ["quniform", [min_value, max_value, q]]


def loguniform(min_value: float, max_value: float) -> Expression:
    """``exp(uniform(min_value, max_value))``: the bounds are natural logarithms.

    Raises:
        HyperDriveConfigException: A bound is not an int or float, or ``min_value`` is above ``max_value``.
    """
    _check_log_range("loguniform", min_value, max_value)
    return ["loguniform", [min_value, max_value]]


def qloguniform(min_value: float, max_value: float, q: int) -> Expression:
    """``round(exp(uniform(min_value, max_value)) / q) * q``.

    Raises:
        HyperDriveConfigException: As ``loguniform``; or ``q`` is not a whole number.
    """
    _check_q("qloguniform", q)
    _check_log_range("qloguniform", min_value, max_value)
    return ["qloguniform", [min_value, max_value, q]]


def normal(mu: float, sigma: float) -> Expression:
    """A normally distributed number.

    Raises:
        HyperDriveConfigException: An argument is not an int or float, or ``sigma`` is below 0.
    """
    _check_spread("normal", mu, sigma)
    return ["normal", [mu, sigma]]


def qnormal(mu: float, sigma: float, q: int) -> Expression:
    """``round(normal(mu, sigma) / q) * q``.

    Raises:
        HyperDriveConfigException: As ``normal``; or ``q`` is not a whole number.
    """
    _check_q("qnormal", q)
    _check_spread("qnormal", mu, sigma)
    return ["qnormal", [mu, sigma, q]]


def lognormal(mu: float, sigma: float) -> Expression:
    """``exp(normal(mu, sigma))``.

    Raises:
        HyperDriveConfigException: An argument is not an int or float, or ``sigma`` is below 0.
    """
    _check_spread("lognormal", mu, sigma)
    return ["lognormal", [mu, sigma]]


def qlognormal(mu: float, sigma: float, q: int) -> Expression:
    """``round(exp(normal(mu, sigma)) / q) * q``.

    Raises:
        HyperDriveConfigException: As ``lognormal``; or ``q`` is not a whole number.
    """
    _check_q("qlognormal", q)
    _check_spread("qlognormal", mu, sigma)
    return ["qlognormal", [mu, sigma, q]]


def _check_range(name: str, min_value: float, max_value: float) -> None:
    _check_numbers(name, min_value=min_value, max_value=max_value)
    # NaN passes here, as in v1: the engine refuses it.
    _require(not min_value >= max_value, f"min_value of {name} is below its max_value.", (min_value, max_value))


def _check_log_range(name: str, min_value: float, max_value: float) -> None:
    _check_numbers(name, min_value=min_value, max_value=max_value)
    _require(not min_value > max_value, f"min_value of {name} is not above its max_value.", (min_value, max_value))


def _check_spread(name: str, mu: float, sigma: float) -> None:
    _check_numbers(name, mu=mu, sigma=sigma)
    _require(not sigma < 0, f"sigma of {name} is not below 0.", sigma)


def _check_q(name: str, q: object) -> None:
    _check_numbers(name, q=q)
    _require(not isinstance(q, float) or q.is_integer(), f"q of {name} is a whole number.", q)


def _check_numbers(name: str, **arguments: object) -> None:
    for argument, value in arguments.items():
        _require(isinstance(value, int | float), f"{argument} of {name} is an int or a float.", value)


def _require(holds: bool, rule: str, received: object) -> None:
    if not holds:
        message = f"{rule} Received: {received!r}."
        raise HyperDriveConfigException(message)
