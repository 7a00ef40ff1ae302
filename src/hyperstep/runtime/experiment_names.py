"""What an experiment may be called; v1's rule."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}", re.ASCII)
EXPERIMENT_NAME_RULE = (
    "An experiment's name has 1 to 255 characters: a letter or digit first, then letters, digits, '-' and '_'."
)


def is_experiment_name(name: object) -> bool:
    """Whether it is a text that keeps the rule."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None
