"""What a node runs: the module's definition as v1 shows it, and all that the engine needs to run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct

from hyperstep.azureml_v1.pipeline.port_definitions import InputPortDef, OutputPortDef, ParamDef
from hyperstep.digest import digest_json
from hyperstep.pipeline.spec import CodeSpec, TuningSpec


class StepDefinition(Struct, frozen=True):
    """What makes a node runnable, beside its ports."""

    code: CodeSpec
    """Arguments hold placeholders."""
    target: str = "local"
    nodes: int | None = None
    """Most processes at one time that the compute target admits."""
    tuning: Callable[[], TuningSpec] | None = None
    """Makes the sweep's definition, with its seed, at each submission; None for a step without a sweep."""


class ModuleDef(Struct):
    """A module as v1 describes it."""

    fake_output_name: ClassVar[str] = "_run_after_output"
    fake_input_prefix: ClassVar[str] = "_run_after_input_"

    name: str
    description: str | None = None
    input_port_defs: Sequence[InputPortDef] | None = None
    output_port_defs: Sequence[OutputPortDef] | None = None
    param_defs: Sequence[ParamDef] | None = None
    module_execution_type: str | None = None
    create_sequencing_ports: bool = True
    allow_reuse: bool = True
    version: str | None = None
    module_type: str | None = None
    step_type: str | None = None
    arguments: Sequence[str] | None = None
    runconfig: object = None
    """Kept, and not used."""
    cloud_settings: object = None
    """Kept, and not used."""
    dataset_reuse: str = ""
    """What of its datasets counts for reuse: ``content`` or ``definition``; empty for what the settings say."""

    def add_fake_sequencing_input_port(self) -> InputPortDef:
        """Add an input port through which no data comes: only order."""
        known = [port for port in self.input_port_defs or () if port.name.startswith(self.fake_input_prefix)]
        added = InputPortDef(f"{self.fake_input_prefix}{len(known)}")
        self.input_port_defs = (*(self.input_port_defs or ()), added)
        return added

    def calculate_hash(self) -> str:
        """Digest of the definition: ports, hashed parameters, arguments. Code and data are no part of it."""
        ports = [
            [port.name, port.default_datastore_mode, port.default_path_on_compute]
            for port in self.input_port_defs or ()
        ]
        outputs = [
            [port.name, port.default_datastore_name, port.default_datastore_mode]
            for port in self.output_port_defs or ()
        ]
        hashed = {param.name: str(param.default_value) for param in self.param_defs or () if param.calculate_hash}
        return digest_json(
            {
                "name": self.name,
                "inputs": sorted(ports, key=str),
                "outputs": sorted(outputs, key=str),
                "parameters": hashed,
                "arguments": list(self.arguments or ()),
                "execution_type": self.module_execution_type,
                "allow_reuse": self.allow_reuse,
                "version": self.version,
            }
        )


class ModuleBuilder(Struct, frozen=True):
    """A module definition with what the engine needs to run it."""

    module_def: ModuleDef
    definition: StepDefinition
