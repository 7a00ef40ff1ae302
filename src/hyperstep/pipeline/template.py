"""A pipeline that can be submitted again and again: its spec, and where each parameter's value goes in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.pipeline.spec import DatastorePaths, InputSpec, PipelineSpec, StepSpec, TuningSpec

ParameterValue = str | DatastorePaths
"""What a submission gives for a parameter: a text, or data in datastores."""


class ParameterKind(Enum):
    """What a parameter stands for."""

    TEXT = "text"
    DATA_PATH = "data path"
    DATASET = "dataset"


class TemplateParameter(Struct, frozen=True):
    """A parameter of a pipeline, and where its value goes."""

    name: str
    """As the user wrote it."""
    kind: ParameterKind
    default: str
    """The default's text; for data a text for people to read, since the spec holds the data itself."""
    key: str = ""
    """Its name in the spec's ``parameters``; empty when no script reads it as text."""
    variables: tuple[tuple[str, str], ...] = ()
    """Pairs of a step's id and an environment variable that holds the text under another name."""
    inputs: tuple[tuple[str, str], ...] = ()
    """Pairs of a step's id and an input that is the data."""
    data_type: str = ""
    """For a dataset: the class that its values have."""


class PipelineTemplate(Struct, frozen=True):
    """A spec that holds every parameter's default, and the parameters."""

    spec: PipelineSpec
    parameters: tuple[TemplateParameter, ...] = ()

    def parameter(self, name: str) -> TemplateParameter:
        """The parameter of that name.

        Raises:
            NotFoundError: There is none; the message lists those there are.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(sorted(parameter.name for parameter in self.parameters)) or "none"
        rule = "pipeline_parameters names parameters of the pipeline."
        raise NotFoundError(rule, received=name, remedy=f"It has: {known}.")


def fill_template(template: PipelineTemplate, values: Mapping[str, ParameterValue]) -> PipelineSpec:
    """The pipeline with these values; parameters that are not named have their defaults.

    Raises:
        NotFoundError: A name that is no parameter of the pipeline.
        InvalidInputError: A text for data, or data for a text.
    """
    texts = dict(template.spec.parameters)
    variables: dict[tuple[str, str], str] = {}
    sources: dict[tuple[str, str], DatastorePaths] = {}
    for name, value in values.items():
        parameter = template.parameter(name)
        check_value(parameter, value)
        if isinstance(value, DatastorePaths):
            sources.update(dict.fromkeys(parameter.inputs, value))
            continue
        variables.update(dict.fromkeys(parameter.variables, value))
        if parameter.key:
            texts[parameter.key] = value
    steps = tuple(_filled(step, variables, sources) for step in template.spec.steps)
    return replace(template.spec, steps=steps, parameters=texts)


def template_of(spec: PipelineSpec, parameters: Sequence[TemplateParameter]) -> PipelineTemplate:
    """The template whose defaults are the values in a spec.

    Args:
        spec: As it was filled.
        parameters: Those of the template that it was filled from.
    """
    variables = {(step.id, name): text for step in spec.steps for name, text in step.code.environment_variables.items()}

    def value(parameter: TemplateParameter) -> str:
        texts = [variables[place] for place in parameter.variables if place in variables]
        return spec.parameters.get(parameter.key, texts[0] if texts else parameter.default)

    return PipelineTemplate(spec, tuple(replace(parameter, default=value(parameter)) for parameter in parameters))


def check_value(parameter: TemplateParameter, value: ParameterValue) -> None:
    """See that a value is of the parameter's kind.

    Raises:
        InvalidInputError: It is not.
    """
    if (parameter.kind is ParameterKind.TEXT) == isinstance(value, DatastorePaths):
        rule = f"Parameter '{parameter.name}' is a {parameter.kind.value}."
        raise InvalidInputError(rule, received=value, remedy="Give a value of that kind.")


def with_new_seeds(spec: PipelineSpec, draw: Callable[[], int]) -> PipelineSpec:
    """The same pipeline, in which each sweep whose seed nobody gave has a new one.

    Args:
        spec: The pipeline.
        draw: Gives a seed at each call.
    """
    return replace(spec, steps=tuple(replace(step, tuning=_reseeded(step.tuning, draw)) for step in spec.steps))


def _reseeded(tuning: TuningSpec | None, draw: Callable[[], int]) -> TuningSpec | None:
    sampler = tuning.config.get("sampler") if tuning is not None else None
    if tuning is None or tuning.seed_given or not isinstance(sampler, Mapping) or "seed" not in sampler:
        return tuning
    return replace(tuning, config={**tuning.config, "sampler": {**sampler, "seed": draw()}})


def _filled(
    step: StepSpec, variables: Mapping[tuple[str, str], str], sources: Mapping[tuple[str, str], DatastorePaths]
) -> StepSpec:
    own = {variable: text for (step_id, variable), text in variables.items() if step_id == step.id}
    environment = {**step.code.environment_variables, **own}
    inputs = tuple(_with_source(port, sources.get((step.id, port.name))) for port in step.inputs)
    return replace(step, code=replace(step.code, environment_variables=environment), inputs=inputs)


def _with_source(port: InputSpec, source: DatastorePaths | None) -> InputSpec:
    return port if source is None else replace(port, source=source)
