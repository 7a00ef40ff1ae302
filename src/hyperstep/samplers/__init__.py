"""What to try next: one sampler a file, loaded when its name is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Sampler

_HOMES = {
    "RANDOM": ("hyperstep.samplers.random", "RandomSampler"),
    "GRID": ("hyperstep.samplers.grid", "GridSampler"),
    "BayesianOptimization": ("hyperstep.samplers.bayesian", "BayesianSampler"),
    "SOBOL": ("hyperstep.samplers.sobol", "SobolSampler"),
}
"""Module and class of each sampler by its v1 name; ``SOBOL`` is a rule of RANDOM there."""

NAMES = tuple(_HOMES)
"""The names that ``load`` knows."""


def load(name: str) -> type[Sampler]:
    """The class of the sampler called ``name``.

    Raises:
        InvalidInputError: There is no such sampler.
    """
    if name not in _HOMES:
        rule = "A sampler is called by its name."
        raise InvalidInputError(rule, received=name, remedy=f"Use one of: {', '.join(NAMES)}.")
    module, class_name = _HOMES[name]
    sampler: type[Sampler] = getattr(import_module(module), class_name)
    return sampler


def order_counts(name: object) -> bool:
    """Whether the order in which the space is written decides the points of the sampler called ``name``.

    Of an unknown one nobody knows, so it does.
    """
    return name not in _HOMES or load(str(name)).order_counts


def from_json(data: Json) -> Sampler:
    """The sampler that ``Sampler.to_json`` wrote.

    Raises:
        InvalidInputError: Not a mapping with a known ``name``, or a part breaks its own rules.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
        rule = "A sampler is a mapping with a name and a space."
        raise InvalidInputError(rule, received=data, remedy=f"Names: {', '.join(NAMES)}.")
    return load(str(data["name"])).from_json(data)
