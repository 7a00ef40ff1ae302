"""The rules for names of experiments, models, compute targets and inputs."""

from __future__ import annotations

import re

from hyperstep.azureml_v1.exceptions import ComputeTargetException, UserErrorException, WebserviceException
from hyperstep.runtime.experiment_names import EXPERIMENT_NAME_RULE, is_experiment_name

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", re.ASCII)
_COMPUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,22}[A-Za-z0-9]", re.ASCII)
_INPUT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED_COMPUTE = frozenset({"amlcompute", "local", "containerinstance"})


def check_experiment_name(name: object) -> str:
    """1 to 255 characters: a letter or digit, then letters, digits, ``-`` and ``_``.

    Raises:
        UserErrorException: It is not that.
    """
    if isinstance(name, str) and is_experiment_name(name):
        return name
    message = f"{EXPERIMENT_NAME_RULE} Received: {name!r}."
    raise UserErrorException(message)


def check_model_name(name: object) -> str:
    """1 to 255 characters: a letter or digit, then letters, digits, ``-``, ``.`` and ``_``.

    Raises:
        WebserviceException: It is not that.
    """
    if isinstance(name, str) and _MODEL.fullmatch(name):
        return name
    message = (
        "A model's name has 1 to 255 characters: a letter or digit first, then letters, digits, '-', '.' and '_'. "
        f"Received: {name!r}."
    )
    raise WebserviceException(message)


def check_compute_name(name: object) -> str:
    """2 to 24 characters: a letter first, a letter or digit last, letters, digits and ``-`` between.

    Raises:
        ComputeTargetException: It is not that.
        UserErrorException: It is a name with a meaning of its own (``local`` …).
    """
    if isinstance(name, str) and name.lower() in _RESERVED_COMPUTE:
        message = f"The name {name!r} has a meaning of its own; choose another name for the compute target."
        raise UserErrorException(message)
    if isinstance(name, str) and _COMPUTE.fullmatch(name):
        return name
    message = (
        "A compute target's name has 2 to 24 characters: letters, digits and '-', a letter first, a letter or digit "
        f"last. Received: {name!r}."
    )
    raise ComputeTargetException(message)


def check_input_name(name: object) -> str:
    """ASCII letters, digits and underscore, no digit first: it becomes an environment variable.

    Raises:
        UserErrorException: It is not that.
    """
    if isinstance(name, str) and _INPUT.fullmatch(name):
        return name
    message = (
        "The name of a dataset input consists of ASCII letters, digits and '_', and does not begin with a digit. "
        f"Received: {name!r}."
    )
    raise UserErrorException(message)
