"""The texts of `hyperstep tune`'s options, read: spaces with bounds as plain values, samplers, policies, patterns."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from difflib import get_close_matches

from hyperstep import policies, samplers
from hyperstep.cli.wording import how_many
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.model_file import is_file_of_a_trial
from hyperstep.records.goal import Goal
from hyperstep.runtime.experiment_names import EXPERIMENT_NAME_RULE, is_experiment_name
from hyperstep.samplers.base import Sampler
from hyperstep.search_space.distribution import Distribution
from hyperstep.search_space.expression import DISTRIBUTIONS, distribution_from_json
from hyperstep.search_space.space import SearchSpace

_EXAMPLES = {
    "choice": "opt=choice:adam,sgd",
    "randint": "depth=randint:10",
    "uniform": "momentum=uniform:0,1",
    "quniform": "units=quniform:16,256,16",
    "loguniform": "lr=loguniform:1e-4,1e-1",
    "qloguniform": "units=qloguniform:8,512,8",
    "normal": "bias=normal:0,1",
    "qnormal": "steps=qnormal:100,20,5",
    "lognormal": "scale=lognormal:0,1",
    "qlognormal": "steps=qlognormal:3,1,5",
}
"""One example of each distribution."""

_LOG_BOUNDS = frozenset({"loguniform", "qloguniform"})
"""Their first two arguments are given as plain values here, and as logarithms in the engine and in v1."""

SAMPLERS = {"random": "RANDOM", "grid": "GRID", "sobol": "SOBOL", "bayesian": "BayesianOptimization"}
"""The engine's name of each sampler that ``--sampler`` takes."""

_NAME = re.compile(r"-*[^\s'\"=-][^\s'\"=\x00-\x1f\x7f]*")
_VERY_NEAR, _NEAR = 0.9, 0.7
"""Shares of matching characters from which an option is, or may be, a misspelling of ours."""

_POLICIES = {"bandit": "Bandit", "median": "MedianStopping", "truncation": "TruncationSelection", "none": "Default"}
_POLICY_EXAMPLE = "Write for example bandit:slack_factor=0.1,evaluation_interval=2, median or none."


def parse_space(texts: Iterable[str]) -> SearchSpace:
    """A search space from ``name=distribution:arguments`` texts.

    Raises:
        InvalidInputError: No text, a name twice, or a text that breaks a rule; the message has an example.
    """
    space: dict[str, Distribution] = {}
    for text in texts:
        name, distribution = parse_dimension(text)
        if name.lstrip("-") in {known.lstrip("-") for known in space}:
            rule = "A hyperparameter is given once; `lr` and `--lr` are the same."
            raise InvalidInputError(rule, received=name, remedy="Remove one of its --space options.")
        space[name] = distribution
    if not space:
        rule = "Tuning needs at least one --space."
        raise InvalidInputError(rule, remedy=f"Write for example --space {_EXAMPLES['loguniform']}.")
    return SearchSpace(space)


def parse_dimension(text: str) -> tuple[str, Distribution]:
    """A hyperparameter's name and distribution.

    Raises:
        InvalidInputError: The text breaks a rule.
    """
    name, equals, rest = text.partition("=")
    kind, colon, arguments = rest.partition(":")
    if not name or not equals or not colon:
        rule = "A --space is written name=distribution:arguments."
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES['loguniform']}.")
    if not _NAME.fullmatch(name):
        rule = "A hyperparameter's name has no spaces, quotes or control characters, and is more than dashes."
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES['loguniform']}.")
    if "=" in kind:
        rule = "A hyperparameter's name has no '='."
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES['loguniform']}.")
    if kind not in DISTRIBUTIONS:
        rule = "A --space names a distribution that exists."
        remedy = f"Use one of {', '.join(_EXAMPLES)}; for example {_EXAMPLES['choice']}."
        raise InvalidInputError(rule, received=text, remedy=remedy)
    if kind == "choice":
        return name, distribution_from_json(["choice", [_options(text, arguments)]])
    return name, _numeric(text, kind, arguments)


def check_model_file(path: str) -> str:
    """The path itself.

    Raises:
        InvalidInputError: It is absolute, leaves the folder in which a trial works, or names no file.
    """
    if not is_file_of_a_trial(path):
        rule = "A --model-file is the path of a file within the folder in which a trial works, without '..'."
        raise InvalidInputError(rule, received=path, remedy="For example --model-file outputs/model.pkl.")
    return path


def check_experiment(name: str) -> str:
    """The name itself.

    Raises:
        InvalidInputError: It is none that the v1 API takes.
    """
    if not is_experiment_name(name):
        raise InvalidInputError(EXPERIMENT_NAME_RULE, received=name, remedy="For example --experiment digits.")
    return name


def parse_past(texts: Iterable[str]) -> dict[str, Json]:
    """Defaults for the past from ``name=value`` texts; whether the space has them is seen later.

    Raises:
        InvalidInputError: A text that is not of that form, or a name twice.
    """
    past: dict[str, Json] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals or name in past:
            rule = "A --past is written name=value, once for each new hyperparameter."
            raise InvalidInputError(rule, received=text, remedy="For example --past momentum=0.9.")
        past[name] = _option(value)
    return past


def near_option(given: str, options: Iterable[str]) -> str | None:
    """The option of ours that one of the script's is perhaps meant to be; None when none is near.

    Args:
        given: An argument as typed: ``--max-trials``, ``--max-trials=3``.
        options: Our options, each with its dashes.
    """
    name = given.partition("=")[0]
    if not name.startswith("--"):
        return None
    ours = sorted(options, key=len, reverse=True)
    misspelt = get_close_matches(name, ours, n=1, cutoff=_VERY_NEAR)
    longer = [option for option in ours if name.startswith(f"{option}-")]
    return next(iter([*misspelt, *longer, *get_close_matches(name, ours, n=1, cutoff=_NEAR)]), None)


def parse_policy(text: str) -> dict[str, Json]:
    """A policy as the engine keeps it: ``{"name", "properties"}``.

    Raises:
        InvalidInputError: An unknown policy, a setting that is no ``name=number``, or settings that the policy refuses.
    """
    kind, _, settings = text.partition(":")
    if kind not in _POLICIES:
        rule = f"A policy is one of {', '.join(_POLICIES)}."
        raise InvalidInputError(rule, received=text, remedy=_POLICY_EXAMPLE)
    properties: dict[str, Json] = {}
    for setting in filter(None, settings.split(",")):
        name, equals, value = setting.partition("=")
        number = _number(value)
        if not equals or number is None:
            rule = "A policy's settings are name=number, with commas between."
            raise InvalidInputError(rule, received=setting, remedy=_POLICY_EXAMPLE)
        properties[name.strip()] = number
    found: dict[str, Json] = {"name": _POLICIES[kind], "properties": properties}
    try:
        policies.from_json(found)
    except InvalidInputError as error:
        raise InvalidInputError(error.rule, received=text, remedy=error.remedy or _POLICY_EXAMPLE) from error
    return found


def make_sampler(name: str, space: SearchSpace, seed: int, goal: Goal) -> Sampler:
    """The sampler that ``--sampler`` names.

    Args:
        name: A key of ``SAMPLERS``.
        space: What may be tried.
        seed: Not used by a grid.
        goal: Which way the primary metric is to go; only ``bayesian`` looks at it.

    Raises:
        InvalidInputError: A grid over a space that is not finite.
    """
    settings: dict[str, dict[str, Json]] = {"grid": {}, "bayesian": {"seed": seed, "goal": goal.value}}
    definition: dict[str, Json] = {"name": SAMPLERS[name], "space": space.to_json(), "order": list(space)}
    return samplers.from_json({**definition, **settings.get(name, {"seed": seed})})


def check_metric_pattern(pattern: str) -> str:
    """The pattern itself.

    Raises:
        InvalidInputError: It is no regular expression, or has not exactly one group.
    """
    example = "For example --metric-pattern 'acc=([0-9.]+)'."
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        rule = f"A metric pattern is a regular expression: {error}."
        raise InvalidInputError(rule, received=pattern, remedy=example) from error
    if groups != 1:
        rule = "A metric pattern has exactly one group: the number."
        raise InvalidInputError(rule, received=pattern, remedy=example)
    return pattern


def _options(text: str, arguments: str) -> list[Json]:
    """Options with commas between, or a JSON list where an option holds a comma."""
    if arguments.startswith("["):
        try:
            listed = json.loads(arguments)
        except ValueError as error:
            rule = "Options that begin with a bracket are a JSON list."
            raise InvalidInputError(rule, received=text, remedy="""For example opt=choice:["a,b","c"].""") from error
        options: list[Json] = listed
    else:
        options = [_option(option.strip()) for option in arguments.split(",") if option.strip()]
    if not options:
        rule = "A choice has at least one option."
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES['choice']}.")
    return options


def _option(text: str) -> Json:
    """A number where that is what was meant; ``007`` is text."""
    number = _number(text)
    return text if number is None or (isinstance(number, int) and str(number) != text) else number


def _numeric(text: str, kind: str, arguments: str) -> Distribution:
    parts = arguments.split(",") if arguments else []
    numbers = [_number(part) for part in parts]
    names = DISTRIBUTIONS[kind].argument_names
    if None in numbers or len(numbers) != len(names):
        wrong = next((part for part, number in zip(parts, numbers, strict=True) if number is None), None)
        found = f"{len(parts)} given" if wrong is None else f"{wrong!r} is no finite number"
        rule = f"{kind} takes {how_many(len(names), 'number')}: {', '.join(map(_plain, names))}; {found}."
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES[kind]}.")
    values = [number for number in numbers if number is not None]
    if kind in _LOG_BOUNDS:
        values = [*(_logarithm(text, kind, bound) for bound in values[:2]), *values[2:]]
    try:
        return distribution_from_json([kind, values])
    except InvalidInputError as error:
        rule = f"{kind}: {error.rule}"
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES[kind]}.") from error


def _plain(name: str) -> str:
    return {"min_value": "the least value", "max_value": "the greatest value"}.get(name, name)


def _logarithm(text: str, kind: str, bound: float) -> float:
    if bound <= 0:
        rule = f"The bounds of {kind} are plain values above 0 (not their logarithms)."
        raise InvalidInputError(rule, received=text, remedy=f"For example {_EXAMPLES[kind]}.")
    return math.log(bound)


def _number(text: str) -> int | float | None:
    """A finite number, whole where it is written so; None for anything else."""
    if "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
