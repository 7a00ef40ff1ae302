"""PipelineDataset: a dataset as an input of a step, in its oldest form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset
from hyperstep.azureml_v1.pipeline.names import check_port_name
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


class PipelineDataset:
    """A dataset as an input of a step; ``dataset.as_named_input(name)`` is the newer form.

    Args:
        dataset: A file or tabular dataset, or one with its name and mode.
        name: The input's name.
        bind_mode: ``mount``, ``download`` or ``direct``; a tabular dataset is always ``direct``.
        path_on_compute: Where the data is to lie on the machine that runs the step.
        overwrite: Kept and not used: each step has a folder of its own.
        parameter_name: Kept and not used: a dataset parameter is given as the dataset of a named input.

    Raises:
        InvalidInputError: No dataset, or a name with other characters than letters, digits and underscores.
    """

    def __init__(
        self,
        dataset: Any = None,  # noqa: ANN401 - see the class
        name: str | None = None,
        bind_mode: str = "mount",
        path_on_compute: str | None = None,
        overwrite: bool = False,
        parameter_name: str | None = None,
    ) -> None:
        self.validate_dataset(dataset)
        self._dataset = dataset
        self._name = check_port_name(name or self.default_name(dataset), "a dataset input")
        self._bind_mode = "direct" if isinstance(dataset, TabularDataset) else bind_mode
        self._path_on_compute = path_on_compute
        self._overwrite = overwrite
        self._parameter_name = parameter_name
        self._consumption = DatasetConsumptionConfig(self._name, dataset, self._bind_mode, path_on_compute)

    def __str__(self) -> str:
        return self.as_consumption().placeholder

    @staticmethod
    def create(dataset: Any, name: str | None = None, parameter_name: str | None = None) -> PipelineDataset:  # noqa: ANN401 - see the class
        """One from a dataset, or from a dataset with its name and mode."""
        if isinstance(dataset, DatasetConsumptionConfig):
            given = name or dataset.name
            made = PipelineDataset(dataset.dataset, given, dataset.mode, dataset.path_on_compute)
            made._parameter_name = parameter_name
            return made
        return PipelineDataset(dataset, name, parameter_name=parameter_name)

    @staticmethod
    def default_name(dataset: AbstractDataset) -> str:
        """The name of an input that is given none: the registered one, else one from the id."""
        return re.sub(r"\W", "_", dataset.name) if dataset.name else f"dataset_{dataset.id[:8]}"

    @staticmethod
    def is_dataset(dset: object) -> bool:
        """Whether it is a file or tabular dataset."""
        return isinstance(dset, AbstractDataset)

    @staticmethod
    def validate_dataset(dset: object) -> None:
        """See that it is a file or tabular dataset.

        Raises:
            InvalidInputError: It is not.
        """
        if not PipelineDataset.is_dataset(dset):
            rule = "A PipelineDataset holds a file or tabular dataset."
            raise InvalidInputError(rule, received=dset, remedy="Make one with Dataset.File or Dataset.Tabular.")

    @property
    def bind_mode(self) -> str:
        """How the data reaches the step."""
        return self._bind_mode

    @property
    def dataset(self) -> Any:  # noqa: ANN401 - see the class
        """The dataset."""
        return self._dataset

    @property
    def dataset_id(self) -> str | None:
        """Id of the dataset when it is registered."""
        return self._dataset.id if self._dataset.name else None

    @property
    def dataset_version(self) -> int | None:
        """Registered version."""
        version: int | None = self._dataset.version
        return version

    @property
    def saved_dataset_id(self) -> str:
        """Id of the dataset, registered or not."""
        return str(self._dataset.id)

    @property
    def name(self) -> str:
        """The input's name."""
        return self._name

    @property
    def overwrite(self) -> bool:
        """As given."""
        return self._overwrite

    @property
    def parameter_name(self) -> str | None:
        """As given."""
        return self._parameter_name

    @property
    def path_on_compute(self) -> str | None:
        """Where the data is to lie on the machine that runs the step."""
        return self._path_on_compute

    @property
    def workspace(self) -> Workspace | None:
        """Whose datastores the data is in."""
        workspace: Workspace | None = self._dataset._workspace  # noqa: SLF001 - what v1 shows here
        return workspace

    def as_consumption(self) -> DatasetConsumptionConfig:
        """The same in the newer form: one object, wherever it is listed (no part of the v1 API)."""
        return self._consumption
