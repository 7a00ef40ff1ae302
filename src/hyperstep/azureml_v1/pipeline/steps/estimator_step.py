"""EstimatorStep: one run of an estimator's script as a step of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.train.estimator import MMLBaseEstimator
from hyperstep.errors import InvalidInputError


class EstimatorStep(PythonScriptStep):
    """Runs an estimator's script once.

    Args:
        name: Name of the step; the entry script's without it.
        estimator: What to run: no script_params and no inputs, which the step gives.
        estimator_entry_script_arguments: The script's arguments; an empty list for none.
        runconfig_pipeline_params: Checked; one process runs whatever they say: there are no distributed runs here.
        inputs: PipelineData, InputPortBinding, DataReference, PortDataReference, dataset inputs.
        outputs: PipelineData, OutputPortBinding.
        compute_target: Where it runs; needed.
        allow_reuse: Whether an equal earlier run may stand for this one; None is as False.
        version: Changing it makes a new step as far as reuse is concerned; a number is its text.

    Raises:
        InvalidInputError: No estimator or compute target; an estimator with arguments or data of its own; no list of
            arguments; a rule of PipelineStep.
        ConflictError: Two pipeline parameters of one name have different defaults.
    """

    def __init__(
        self,
        name: str | None = None,
        estimator: Any = None,  # noqa: ANN401 - checked
        estimator_entry_script_arguments: list[Any] | None = None,
        runconfig_pipeline_params: Mapping[str, PipelineParameter] | None = None,
        inputs: list[Any] | None = None,
        outputs: list[Any] | None = None,
        compute_target: Any = None,  # noqa: ANN401 - a name or a compute target
        allow_reuse: bool = True,
        version: str | None = None,
    ) -> None:
        checked = _checked_estimator(estimator, compute_target)
        if not isinstance(estimator_entry_script_arguments, list):
            rule = "estimator_entry_script_arguments is a list; an empty one says that there are none."
            raise InvalidInputError(rule, received=estimator_entry_script_arguments, remedy="Give a list.")
        super().__init__(
            checked.run_config.script,
            name=name,
            arguments=estimator_entry_script_arguments,
            compute_target=compute_target,
            runconfig=checked.run_config,
            runconfig_pipeline_params=runconfig_pipeline_params,
            inputs=inputs,
            outputs=outputs,
            source_directory=checked.source_directory,
            allow_reuse=allow_reuse,
            version=version,
        )


def _checked_estimator(estimator: object, compute_target: object) -> MMLBaseEstimator:
    if not isinstance(estimator, MMLBaseEstimator):
        rule = "An EstimatorStep needs an estimator (Estimator, SKLearn, PyTorch …)."
        raise InvalidInputError(rule, received=estimator, remedy="Give estimator=Estimator(...).")
    if compute_target is None:
        rule = "An EstimatorStep needs a compute_target."
        raise InvalidInputError(rule, received=None, remedy="Give the estimator's, or 'local'.")
    run_config = estimator.run_config
    if run_config.arguments:
        rule = "The estimator of an EstimatorStep has no script_params."
        remedy = "Give them to the step: estimator_entry_script_arguments."
        raise InvalidInputError(rule, received=run_config.arguments, remedy=remedy)
    data = [*run_config.data, *run_config.data_references]
    if data:
        rule = "The estimator of an EstimatorStep has no inputs."
        raise InvalidInputError(rule, received=data, remedy="Give them to the step: inputs.")
    return estimator
