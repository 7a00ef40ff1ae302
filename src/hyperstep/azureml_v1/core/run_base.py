"""What a run is called, what state it is in, and its tags and properties."""

from __future__ import annotations

from hyperstep_trial.errors import UserErrorException
from hyperstep_trial.run_logger import RunLogger

TYPE_CHECKING = False  # a name that type checkers know; ``typing`` itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Mapping

    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.run_changes import RunChanges
    from hyperstep.azureml_v1.core.run_source import RunSource
    from hyperstep.records.run import RunRecord

# Each method loads what it needs when it is called, so that importing this module stays light:
# ruff: noqa: PLC0415


class RunBase(RunLogger):
    """Identity and state of a recorded run.

    Args:
        experiment: Its experiment.
        run_id: Its id.
        outputs: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    def __init__(self, experiment: Experiment, run_id: str, outputs: object = None, **kwargs: object) -> None:
        del outputs, kwargs
        self._experiment = experiment
        self._run_id = run_id
        self._read_from: RunSource | None = None
        self._cached: RunRecord | None = None
        self._changes: RunChanges | None = None

    def __repr__(self) -> str:
        record = self._record()
        return (
            f"{type(self).__name__}(Experiment: {self._experiment.name},\nId: {self._run_id},\n"
            f"Type: {self.type},\nStatus: {record.status.value})"
        )

    def _repr_html_(self) -> str:
        from html import escape

        rows = {"Experiment": self._experiment.name, "Id": self.id, "Type": self.type, "Status": self.get_status()}
        head = "".join(f"<th>{name}</th>" for name in rows)
        return f"<table><tr>{head}</tr><tr>{''.join(f'<td>{escape(text)}</td>' for text in rows.values())}</tr></table>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunBase) and self._run_id == other._run_id

    def __hash__(self) -> int:
        return hash(self._run_id)

    @property
    def id(self) -> str:
        """Its id."""
        return self._run_id

    @property
    def experiment(self) -> Experiment:
        """Its experiment."""
        return self._experiment

    @property
    def name(self) -> str:
        """The name it was submitted with: a step's name, a script's."""
        return self._identity().name

    @property
    def display_name(self) -> str:
        """The name shown to people; can be set."""
        record = self._record()
        return record.properties.get("display_name") or record.name

    @display_name.setter
    def display_name(self, value: str) -> None:
        self._records().write({"kind": "display_name", "value": str(value)})
        self._cached = None

    @property
    def description(self) -> str:
        """What it is about; can be set."""
        return self._record().properties.get("description", "")

    @description.setter
    def description(self, value: str) -> None:
        self._records().write({"kind": "description", "value": str(value)})
        self._cached = None

    @property
    def number(self) -> int:
        """From 1: position among its siblings, or for a submitted run among those of its experiment."""
        record = self._identity()
        if not record.is_root:
            return record.number + 1
        roots = self._source.home.store.roots(workspace=record.workspace, experiment=record.experiment)
        return len(roots) - [root.id for root in roots].index(record.id)

    @property
    def type(self) -> str:
        """``hyperdrive``, ``azureml.scriptrun``, ``azureml.PipelineRun``, ``azureml.StepRun``."""
        from hyperstep.azureml_v1.core.run_source import RUN_TYPES

        return RUN_TYPES[self._identity().kind]

    @property
    def status(self) -> str:
        """The status when the run was last read; ``get_status()`` reads anew."""
        return self._record().status.value

    def get_status(self) -> str:
        """The status now."""
        if self._cached is None or not self._cached.status.is_terminal:
            self._cached = self._source.living_record()
        return self._cached.status.value

    @property
    def tags(self) -> dict[str, str]:
        """The tags when the run was last read; ``get_tags()`` reads anew."""
        return dict(self._record().tags)

    @property
    def properties(self) -> dict[str, str]:
        """The properties when the run was last read; ``get_properties()`` reads anew."""
        from hyperstep.azureml_v1.core.run_details import visible_properties

        return visible_properties(self._record())

    def get_tags(self) -> dict[str, str]:
        """The tags now."""
        self._cached = None
        return self.tags

    def get_properties(self) -> dict[str, str]:
        """The properties now."""
        self._cached = None
        return self.properties

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set several tags; others stay as they are.

        Raises:
            UserErrorException: ``tags`` is no dict.
        """
        super().set_tags(tags)
        self._cached = None

    def remove_tags(self, tags: object) -> None:
        """Remove the tags of these names; unknown names are ignored."""
        super().remove_tags(tags)  # type: ignore[arg-type] # a text or names, as there
        self._cached = None

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Add properties; one that is there can not be changed.

        Raises:
            UserErrorException: ``properties`` is no dict, or changes a property.
        """
        from hyperstep.azureml_v1.core.run_details import visible_properties

        known = visible_properties(self._source.identity())
        changed = [key for key, value in dict(properties).items() if known.get(str(key), str(value)) != str(value)]
        if changed:
            message = f"A property can not be changed once it is added. Received new values for: {', '.join(changed)}."
            raise UserErrorException(message)
        super().add_properties(properties)
        self._cached = None

    def get_portal_url(self) -> str:
        """The command that shows it."""
        return f"hyperstep show {self._run_id}"

    @property
    def _source(self) -> RunSource:
        """Where its records are read."""
        if self._read_from is None:
            from hyperstep.azureml_v1.core.run_source import RunSource

            self._read_from = RunSource(self._experiment.workspace, self._run_id)
        return self._read_from

    def _record(self) -> RunRecord:
        """Its record as it was last read."""
        if self._cached is None:
            self._cached = self._source.record()
        return self._cached

    def _identity(self) -> RunRecord:
        """The same for what never changes of it."""
        return self._cached or self._source.identity()

    def _records(self) -> RunChanges:
        if self._changes is None:
            from hyperstep.azureml_v1.core.run_changes import RunChanges

            self._changes = RunChanges(self._source)
        return self._changes
