"""From a v1 expression, ``[name, [arguments]]`` or a bare constant, to its distribution."""

from __future__ import annotations

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.choice import Choice
from hyperstep.search_space.constant import Constant
from hyperstep.search_space.distribution import Distribution
from hyperstep.search_space.lognormal import LogNormal, QLogNormal
from hyperstep.search_space.loguniform import LogUniform, QLogUniform
from hyperstep.search_space.normal import Normal, QNormal
from hyperstep.search_space.randint import RandInt
from hyperstep.search_space.uniform import QUniform, Uniform

DISTRIBUTIONS: dict[str, type[Distribution]] = {
    Choice.name: Choice,
    RandInt.name: RandInt,
    Uniform.name: Uniform,
    QUniform.name: QUniform,
    LogUniform.name: LogUniform,
    QLogUniform.name: QLogUniform,
    Normal.name: Normal,
    QNormal.name: QNormal,
    LogNormal.name: LogNormal,
    QLogNormal.name: QLogNormal,
}
"""Every distribution by its v1 name."""


def distribution_from_json(data: Json) -> Distribution:
    """What ``Distribution.to_json`` wrote; anything but a list is a constant.

    Raises:
        InvalidInputError: A list that is no expression, an unknown name, or arguments that break its rules.
    """
    if not isinstance(data, list | tuple):
        return Constant(data)
    if len(data) != 2 or not isinstance(data[0], str) or not isinstance(data[1], list | tuple):  # noqa: PLR2004 - a pair
        rule = "An expression is a list of two: a name and the list of its arguments."
        remedy = 'Write for example ["uniform", [0, 1]]; for one fixed list ["choice", [[the_list]]].'
        raise InvalidInputError(rule, received=data, remedy=remedy)
    if data[0] not in DISTRIBUTIONS:
        rule = "An expression starts with the name of a distribution."
        raise InvalidInputError(rule, received=data[0], remedy=f"Known: {', '.join(DISTRIBUTIONS)}.")
    return DISTRIBUTIONS[data[0]].from_arguments(data[1])
