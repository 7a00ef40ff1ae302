"""AutoMLStep: it holds its arguments; a pipeline with it is refused when it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Never

from hyperstep.azureml_v1.automl.automl_config import AutoMLConfig
from hyperstep.azureml_v1.automl.refusal import refuse
from hyperstep.azureml_v1.pipeline.step import PipelineStep
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext
    from hyperstep.azureml_v1.pipeline.graph import Graph


class AutoMLStep(PipelineStep):
    """Automated machine learning as a step. Kept; a Pipeline with it is refused.

    Args:
        name: Name of the step.
        automl_config: What it would do.
        inputs: As for PipelineStep.
        outputs: As for PipelineStep.
        script_repl_params: Kept.
        allow_reuse: Kept.
        version: Kept.
        hash_paths: Deprecated in v1 and not used.
        enable_default_model_output: Kept.
        enable_default_metrics_output: Kept.
        **kwargs: Accepted and not used.

    Raises:
        InvalidInputError: No AutoMLConfig; a rule of PipelineStep.
    """

    DEFAULT_METRIC_PREFIX: ClassVar[str] = "default_metrics_"
    DEFAULT_MODEL_PREFIX: ClassVar[str] = "default_model_"
    AUTOML_CONFIG_PARAM_NAME: ClassVar[str] = "AutoMLConfig"

    def __init__(
        self,
        name: str,
        automl_config: AutoMLConfig,
        inputs: list[Any] | None = None,
        outputs: list[Any] | None = None,
        script_repl_params: dict[str, Any] | None = None,
        allow_reuse: bool = True,
        version: str | None = None,
        hash_paths: list[str] | None = None,
        enable_default_model_output: bool = True,
        enable_default_metrics_output: bool = True,
        **kwargs: object,
    ) -> None:
        del hash_paths, kwargs
        _check_config(automl_config)
        super().__init__(name, inputs, outputs)
        self.automl_config = automl_config
        self.script_repl_params = dict(script_repl_params or {})
        self.allow_reuse = allow_reuse
        self.version = version
        self.enable_default_model_output = enable_default_model_output
        self.enable_default_metrics_output = enable_default_metrics_output

    def create_node(self, graph: Graph, default_datastore: Any, context: GraphContext) -> Never:  # noqa: ANN401
        """Refused: nothing here could run it.

        Args:
            graph: Not used.
            default_datastore: Not used.
            context: Not used.

        Raises:
            ExperimentExecutionException: Always; it says what to do instead.
        """
        del graph, default_datastore, context
        refuse(f"The AutoMLStep '{self.name}'")


def _check_config(config: object) -> None:
    if not isinstance(config, AutoMLConfig):
        rule = "automl_config is an AutoMLConfig."
        raise InvalidInputError(rule, received=type(config).__name__, remedy="Give an AutoMLConfig.")
