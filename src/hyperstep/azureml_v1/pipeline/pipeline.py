"""Pipeline: steps, built into a graph when it is constructed, and run when it is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Never

from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.graph_builder import build_graph
from hyperstep.azureml_v1.pipeline.parents import refuse_parent
from hyperstep.azureml_v1.pipeline.submission import Submission, submit_graph
from hyperstep.azureml_v1.pipeline.translation import translate_graph, translate_template
from hyperstep.errors import InvalidInputError, UnsupportedError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
    from hyperstep.azureml_v1.pipeline.published_pipeline import PublishedPipeline
    from hyperstep.pipeline.plan import StepVerdict

_KEYWORDS = ("enable_email_notification",)


class Pipeline:
    """Steps that form a graph. Steps without an order between them run side by side.

    Args:
        workspace: Where it runs.
        steps: A step, a PipelineData (its producer), a StepSequence, or a list of these, nested freely.
        description: For people to read.
        default_datastore: Where outputs are kept that name no datastore; the workspace's default without it.
        default_source_directory: Folder of scripts whose steps name none; the current folder without it.
        resolve_closure: Whether steps that listed ones need are added.
        _workflow_provider: Accepted and not used.
        _service_endpoint: Accepted and not used.
        **kwargs: Only ``enable_email_notification``, which has no effect.

    Raises:
        InvalidInputError: An unknown keyword; a needed step is not listed and ``resolve_closure`` is False; an input
            comes from no step; an output belongs to two steps; two outputs share a pipeline_output_name; a script is
            missing.
        ConflictError: Two pipeline parameters of one name have different defaults.
        UnsupportedError: Something among the steps that is none.
    """

    def __init__(
        self,
        workspace: Workspace,
        steps: Any,  # noqa: ANN401 - nested as the user likes
        description: str | None = None,
        default_datastore: Any = None,  # noqa: ANN401 - any datastore class
        default_source_directory: str | None = None,
        resolve_closure: bool = True,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
        **kwargs: object,
    ) -> None:
        for keyword in kwargs:
            if keyword not in _KEYWORDS:
                rule = f"Pipeline takes no other keyword than {', '.join(_KEYWORDS)} beside its own."
                raise InvalidInputError(rule, received=keyword, remedy="Remove it.")
        self._workspace = workspace
        self._description = description
        context = GraphContext(workspace, default_source_directory)
        datastore = default_datastore if default_datastore is not None else workspace.get_default_datastore()
        self._graph = build_graph(
            description or "placeholder", steps, context, datastore, resolve_closure=resolve_closure
        )

    def __repr__(self) -> str:
        names = ", ".join(node.name for node in self._graph.module_nodes)
        return f"Pipeline(Description: {self._description}, Steps: [{names}])"

    @property
    def graph(self) -> Graph:
        """The graph that the steps form."""
        return self._graph

    @property
    def workspace(self) -> Workspace:
        """Where it runs."""
        return self._workspace

    def service_endpoint(self) -> str:
        """Always ``local``."""
        return "local"

    def validate(self) -> list[str]:
        """What keeps the pipeline from running, one text each; empty when nothing does. Never raises."""
        problems = self._graph.validate()
        if not problems:
            for node in self._graph.module_nodes:
                say(f"Step {node.name} is ready to be created [{node.node_id}]")
        return problems

    def submit(
        self,
        experiment_name: str,
        pipeline_parameters: Mapping[str, object] | None = None,
        continue_on_step_failure: bool = False,
        regenerate_outputs: bool = False,
        parent_run_id: str | None = None,
        credential_passthrough: bool | None = None,
        **kwargs: object,
    ) -> PipelineRun:
        """Run the pipeline.

        Args:
            experiment_name: Under which it is found again.
            pipeline_parameters: Values of pipeline parameters, by name; the others have their defaults.
            continue_on_step_failure: Whether steps that do not need a failed one still run.
            regenerate_outputs: Whether no earlier run stands for a step.
            parent_run_id: Only None can be given here.
            credential_passthrough: Accepted and not used.
            **kwargs: None.

        Raises:
            InvalidInputError: An unknown keyword, or the steps form a cycle; its steps are named.
            NotFoundError: A value for a pipeline parameter that there is not.
            TypeError: A dataset for a parameter that holds none, or the other way round.
        """
        from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - loaded when submitting

        del credential_passthrough
        for keyword in kwargs:
            rule = "Pipeline.submit takes no such keyword."
            raise InvalidInputError(rule, received=keyword, remedy="Remove it.")
        return self._submit(
            Experiment(self._workspace, experiment_name),
            pipeline_parameters=pipeline_parameters,
            continue_on_step_failure=continue_on_step_failure,
            regenerate_outputs=regenerate_outputs,
            parent_run_id=parent_run_id,
        )

    def plan(
        self, pipeline_parameters: Mapping[str, object] | None = None, regenerate_outputs: bool = False
    ) -> list[StepVerdict]:
        """What becomes of each step if the pipeline is submitted now; nothing is submitted. Not of v1.

        Args:
            pipeline_parameters: As for ``submit``.
            regenerate_outputs: As for ``submit``.

        Raises:
            InvalidInputError: The steps form a cycle; its steps are named.
            NotFoundError: A value for a pipeline parameter that there is not.
            TypeError: A dataset for a parameter that holds none, or the other way round.
        """
        from hyperstep.runtime.planning import plan_now  # noqa: PLC0415 - loaded when planning

        spec = translate_graph(
            self._graph, self._workspace, pipeline_parameters or {}, regenerate_outputs=regenerate_outputs
        )
        return list(plan_now(self._workspace.home, spec, self._workspace.name))

    def publish(
        self,
        name: str | None = None,
        description: str | None = None,
        version: str | None = None,
        continue_on_step_failure: bool | None = None,
    ) -> PublishedPipeline:
        """Keep the pipeline with its code as it is now, to be submitted from any process and folder.

        Args:
            name: For people; the pipeline's description without it.
            description: For people.
            version: For people.
            continue_on_step_failure: Whether steps that do not need a failed one still run.

        Raises:
            InvalidInputError: The steps form a cycle; its steps are named.
            UserErrorException: This process is a job.
        """
        from hyperstep.azureml_v1.pipeline.published_pipeline import publish_template  # noqa: PLC0415 - it knows us

        template = translate_template(self._graph, self._workspace, description=self._description or "")
        return publish_template(
            self._workspace,
            template,
            name,
            description,
            version,
            continue_on_step_failure=continue_on_step_failure,
        )

    @staticmethod
    def load_yaml(
        workspace: Workspace,  # noqa: ARG004 - v1's signature
        filename: str,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> Never:
        """Refused: pipelines are built by scripts here.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Building a pipeline from YAML is not built."
        raise UnsupportedError(rule, received=filename, remedy="Build it in Python: Pipeline(workspace, steps).")

    def _submit(
        self,
        experiment: Experiment,
        tags: Mapping[str, object] | None = None,
        **kwargs: Any,  # noqa: ANN401 - v1's
    ) -> PipelineRun:
        """What ``Experiment.submit`` calls; unknown keywords are ignored there, as in v1."""
        refuse_parent(kwargs.get("parent_run_id"))
        submission = Submission(
            parameters=kwargs.get("pipeline_parameters") or kwargs.get("pipeline_params") or {},
            continue_on_step_failure=bool(kwargs.get("continue_on_step_failure")),
            regenerate_outputs=bool(kwargs.get("regenerate_outputs")),
            description=self._description or "",
            tags={str(key): str(value) for key, value in (tags or {}).items()},
        )
        return submit_graph(self._graph, experiment, submission)
