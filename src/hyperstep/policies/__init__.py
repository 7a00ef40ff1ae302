"""When to stop a trial early: one policy a file, loaded when its name is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from typing import Any, cast

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.base import Policy

_HOMES = {
    "Bandit": ("hyperstep.policies.bandit", "BanditPolicy"),
    "MedianStopping": ("hyperstep.policies.median_stopping", "MedianStoppingPolicy"),
    "TruncationSelection": ("hyperstep.policies.truncation_selection", "TruncationSelectionPolicy"),
    "Default": ("hyperstep.policies.no_termination", "NoTerminationPolicy"),
}
"""Module and class of each policy by its v1 name."""

NAMES = tuple(_HOMES)
"""The names that ``load`` knows."""


def load(name: str) -> type[Policy]:
    """The class of the policy called ``name``.

    Raises:
        InvalidInputError: There is no such policy.
    """
    if name not in _HOMES:
        rule = "A policy is called by its v1 name."
        raise InvalidInputError(rule, received=name, remedy=f"Use one of: {', '.join(NAMES)}.")
    module, class_name = _HOMES[name]
    policy: type[Policy] = getattr(import_module(module), class_name)
    return policy


def from_json(data: Json) -> Policy:
    """The policy that ``Policy.to_json`` wrote.

    Raises:
        InvalidInputError: Not a mapping with a known ``name``, or a property is unknown or breaks its rules.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
        rule = "A policy is a mapping with a name and properties."
        raise InvalidInputError(rule, received=data, remedy=f"Names: {', '.join(NAMES)}.")
    policy = load(str(data["name"]))
    properties = data.get("properties") or {}
    if not isinstance(properties, Mapping):
        rule = "The properties of a policy are a mapping."
        raise InvalidInputError(rule, received=properties)
    _check_names(policy, properties)
    return policy(**cast("Any", properties))  # the constructor checks them


def _check_names(policy: type[Policy], properties: Mapping[str, Json]) -> None:
    known = signature(policy).parameters.values()
    unknown = sorted(properties.keys() - {p.name for p in known})
    missing = [p.name for p in known if p.default is p.empty and p.name not in properties]
    if unknown or missing:
        rule = f"The policy {policy.name} takes {', '.join(p.name for p in known) or 'no properties'}."
        fault = f"Unknown: {', '.join(unknown)}." if unknown else f"Missing: {', '.join(missing)}."
        raise InvalidInputError(rule, received=dict(properties), remedy=fault)
