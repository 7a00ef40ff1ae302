"""The script that a tuning step runs: which of two argument lists holds, and what its configuration may not have."""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.errors import InvalidInputError


def check_no_data_references(config: HyperDriveConfig) -> None:
    """See that data reaches the script through the step, not through its run configuration.

    Raises:
        InvalidInputError: An estimator has arguments of its own, or a run configuration has data references.
    """
    run_config = config.run_config
    if config.estimator is not None and getattr(run_config, "arguments", None):
        rule = "The estimator of a HyperDriveStep has no script_params."
        remedy = "Pass the script's arguments as estimator_entry_script_arguments of the step."
        raise InvalidInputError(rule, received=run_config.arguments, remedy=remedy)
    if getattr(run_config, "data_references", None):
        rule = "The run configuration of a HyperDriveStep has no data_references."
        remedy = "Pass them as inputs of the step."
        raise InvalidInputError(rule, received=sorted(run_config.data_references), remedy=remedy)


def tuned_arguments(config: HyperDriveConfig, step_arguments: object) -> list[Any]:
    """The script's own arguments: the step's, or those of a ScriptRunConfig.

    Raises:
        InvalidInputError: Both are set (an empty list counts as set); none for an estimator; or a type that is no list.
    """
    if config.estimator is not None and step_arguments is None:
        rule = "A HyperDriveStep with an estimator needs estimator_entry_script_arguments."
        raise InvalidInputError(rule, received=None, remedy="Give the list, or [] for none.")
    if step_arguments is not None and not isinstance(step_arguments, list):
        rule = "estimator_entry_script_arguments is a list."
        raise InvalidInputError(rule, received=step_arguments, remedy="Put the arguments in a list.")
    own = None if config.estimator is not None else config.run_config.arguments
    if step_arguments is not None and own is not None:
        rule = "A script's arguments are given once: to the ScriptRunConfig or to the step."
        remedy = "Leave out estimator_entry_script_arguments, or the arguments of the ScriptRunConfig."
        raise InvalidInputError(rule, received={"step": step_arguments, "ScriptRunConfig": own}, remedy=remedy)
    return list(step_arguments) if step_arguments is not None else _own_arguments(own)


def _own_arguments(own: object) -> list[Any]:
    if not own:
        return []
    if isinstance(own, str):
        return [own]
    if isinstance(own, list):
        return own
    rule = "The arguments of a ScriptRunConfig in a HyperDriveStep are a list or one text."
    raise InvalidInputError(rule, received=own, remedy="Put the arguments in a list.")
