"""A pipeline as submitted: steps, their code, inputs and outputs, as plain data.

Argument texts hold *placeholders* (``$AZUREML_DATAREFERENCE_data``, ``DatasetConsumptionConfig:digits``,
``$AML_PARAMETER_epochs``) which are replaced by paths and values when a step starts. No absolute path of the
submitting machine is in here, so that equal pipelines have equal specs wherever they lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec
from msgspec import Struct, field

from hyperstep.digest import Json

DEFAULT_OUTPUT_PATH = "azureml/{run-id}/{output-name}"
"""Where outputs lie in their datastore unless they say otherwise."""


class DataMode(Enum):
    """How an input or output reaches a step's process."""

    MOUNT = "mount"
    """The path itself."""
    DOWNLOAD = "download"
    """A copy in the step's folder, made before it starts."""
    UPLOAD = "upload"
    """Written in the step's folder, stored when it ends."""
    DIRECT = "direct"
    """No path: the script gets an id and reads through the API."""


class StepOutput(msgspec.Struct, frozen=True, tag_field="source", tag="step"):
    """What another step of this pipeline writes."""

    step: str
    """Its id."""
    output: str
    """Name of its output."""
    definition: Mapping[str, Json] = {}
    """What the files are taken for, without their paths (see ``dataset_definition``); empty for plain files."""


class DatastorePaths(msgspec.Struct, frozen=True, tag_field="source", tag="datastore"):
    """Files and folders in datastores."""

    paths: tuple[tuple[str, str], ...]
    """Pairs of a datastore's name and a path below it; glob patterns are allowed."""
    dataset_id: str = ""
    """Id of the saved dataset that this is, if any."""
    definition: Mapping[str, Json] = {}
    """What the files are taken for, without their paths; empty for plain files."""
    addresses: tuple[str, ...] = ()
    """The web addresses that the files were fetched from, to be named; no part of a fingerprint."""


DataSource = StepOutput | DatastorePaths


class InputSpec(Struct, frozen=True):
    """One input of a step."""

    name: str
    """Unique among the step's inputs: letters, digits, underscore."""
    source: DataSource
    mode: DataMode
    placeholder: str
    """The text in arguments that stands for its path."""
    variable: str
    """The environment variable that holds its path."""
    path_on_compute: str = ""


class TrainingKind(Enum):
    """The two outputs that the engine, not a script, writes for a tuning step."""

    METRICS = "metrics"
    MODEL = "model"


class TrainingSpec(Struct, frozen=True):
    """What of a sweep becomes this output."""

    kind: TrainingKind
    model_file: str = ""
    """Artifact of the best trial, for example ``outputs/model.pkl``."""
    metric: str = ""
    """Rank by this metric instead of the primary one."""
    trial: int | None = None
    """Take this trial instead of the best."""


class RegistrationSpec(Struct, frozen=True):
    """Under which name an output becomes a registered dataset once its step has completed."""

    name: str
    definition: Mapping[str, Json]
    """What the files are taken for, without their paths (see ``dataset_definition``)."""
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    create_new_version: bool = True
    """False: a name that other data has stays with that data."""


class OutputSpec(Struct, frozen=True):
    """One output of a step."""

    name: str
    datastore: str
    mode: DataMode
    placeholder: str
    variable: str
    pipeline_output_name: str = ""
    """Under which the pipeline run hands it out; empty for none."""
    training: TrainingSpec | None = None
    is_directory: bool = False
    """Made as a folder before the step starts; otherwise the script decides and only the parent folder exists."""
    overwrite: bool = True
    path: str = DEFAULT_OUTPUT_PATH
    """Where in its datastore; ``{run-id}`` is the step run's, ``{output-name}`` the output's."""
    source: str = ""
    """For mode ``upload``: what is stored, below the process's working folder; a folder of its own without it."""
    source_globs: tuple[str, ...] = ()
    """For mode ``upload``: only files that match one of these; all without it."""
    registration: RegistrationSpec | None = None


class CodeSpec(Struct, frozen=True):
    """What a step's process runs."""

    snapshot: str
    """Digest of the source folder's snapshot."""
    script: str
    """Path of the entry script below the source folder; empty when ``command`` is given."""
    arguments: tuple[str, ...] = ()
    """With placeholders. Sampled hyperparameters come after these."""
    command: tuple[str, ...] = ()
    environment_variables: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    """Interpreter to run with; empty for the one that submitted."""
    environment: Mapping[str, Json] = field(default_factory=dict)
    """The environment's definition, part of the fingerprint."""
    max_duration_s: float | None = None
    max_silence_s: float | None = None
    """A process that writes and logs nothing for so long is ended; no part of the fingerprint."""


class TuningSpec(Struct, frozen=True):
    """What makes a step a tuning step."""

    config: Mapping[str, Json]
    """``SweepConfig.to_json()``."""
    seed_given: bool = True
    """False when the sampler's seed was drawn at submission: it is then no part of the fingerprint."""
    metric_pattern: str = ""
    """Regular expression with one group: read the primary metric from the trial's output as well."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Further properties of the sweep's run, such as which sweeps it goes on from; no part of the fingerprint."""
    points: tuple[Mapping[str, Json], ...] = ()
    """Those of an earlier sweep that is gone through again: tried first, as they are and in this order, before the
    sampler is asked. No part of the fingerprint; with any the step is not reused as a whole."""
    anew: tuple[int, ...] = ()
    """Numbers of those of the points whose trials run, whatever finished ones there are. No part either."""
    warm: str = ""
    """Whether its trials are forked from a warm server: ``auto``, ``always`` or ``off``; empty for what the submission
    says. No part of the fingerprint."""


class Forbids(Enum):
    """Who says that nothing earlier may stand for a step."""

    DEFINITION = "definition"
    """The step's own ``allow_reuse``."""
    EXACT_RERUN = "exact"
    """An exact rerun, which computes everything."""
    OUTSIDE_PATHS = "outside"
    """Its arguments name files outside the snapshot, which no fingerprint sees."""


class StepSpec(Struct, frozen=True):
    """One node of the graph."""

    id: str
    """Unique in the pipeline; eight hexadecimal characters when made by the v1 API."""
    name: str
    code: CodeSpec
    inputs: tuple[InputSpec, ...] = ()
    outputs: tuple[OutputSpec, ...] = ()
    run_after: tuple[str, ...] = ()
    """Ids of steps that end before this one starts, without a data edge."""
    parameters: tuple[str, ...] = ()
    """Names of the pipeline parameters that it uses; each becomes ``AML_PARAMETER_<name>``."""
    tuning: TuningSpec | None = None
    allow_reuse: bool = True
    forbidden_by: Forbids = Forbids.DEFINITION
    """Without ``allow_reuse``: who forbids it."""
    version: str = ""
    dataset_reuse: str = ""
    """What of its datasets counts, a value of ``DatasetReuse``; empty for what the submission's rules say."""
    target: str = "local"
    nodes: int | None = None
    """Most processes at one time that its compute target admits; None for no bound."""
    kind: str = "PythonScriptStep"
    """The v1 step type, for people to read."""

    @property
    def upstream(self) -> tuple[str, ...]:
        """Ids of all steps that must end first, each once, data edges before order-only ones."""
        sources = [i.source.step for i in self.inputs if isinstance(i.source, StepOutput)]
        return tuple(dict.fromkeys([*sources, *self.run_after]))


class PipelineSpec(Struct, frozen=True):
    """A pipeline, ready to run."""

    steps: tuple[StepSpec, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Value of every pipeline parameter, as text."""
    continue_on_step_failure: bool = False
    regenerate_outputs: bool = False
    description: str = ""
