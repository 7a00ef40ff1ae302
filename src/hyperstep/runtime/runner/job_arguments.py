"""The argument texts of a process: placeholders replaced, hyperparameters appended."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from hyperstep.digest import Json
from hyperstep.pipeline.fingerprint import written_name

_FOREIGN = ("quniform", ())
"""How a value is written whose distribution is not known here."""


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace every placeholder in a text; longer ones first, so that ``$X_ab`` is not taken for ``$X_a``.

    A value is put in as it is: what looks like a placeholder in it is not replaced.
    """
    if not values:
        return text
    longest_first = sorted(values, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: values[found.group()], text)


def hyperparameter_arguments(point: Mapping[str, Json], space: Mapping[str, Json]) -> tuple[str, ...]:
    """Each hyperparameter as two texts, ``--name`` and value, in the order of the point.

    The prefix is added only where it is missing, as in v1; a name with one dash is kept.

    Args:
        point: The trial's values.
        space: The search space as v1 expressions: a whole number drawn from a quantized distribution is written
            without a decimal point, so that ``type=int`` reads it; so is one that the space does not know, which a
            resumed trial brings from its own space. Names are the same with and without dashes. A value that is a list
            or a mapping is written as JSON (our choice), everything else as Python's ``str`` does.
    """
    known = {name.lstrip("-"): expression for name, expression in space.items()}
    texts: list[str] = []
    for name, value in point.items():
        expression = known.get(name.lstrip("-"), _FOREIGN)
        texts += [written_name(name), _value_text(value, expression)]
    return tuple(texts)


def _value_text(value: Json, expression: Json) -> str:
    if isinstance(value, float) and value.is_integer() and _is_quantized(expression):
        return str(int(value))
    return json.dumps(value) if isinstance(value, list | tuple | Mapping) else str(value)


def _is_quantized(expression: Json) -> bool:
    return isinstance(expression, Sequence) and bool(expression) and str(expression[0]).startswith("q")
