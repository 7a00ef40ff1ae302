"""Dataset: making datasets, and finding registered ones."""

from __future__ import annotations

from hyperstep.azureml_v1.core.dataset_methods import OldestMethods
from hyperstep.azureml_v1.core.dataset_refusals import OldestForms, refuse
from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.dataset_factory import FileDatasetFactory
from hyperstep.azureml_v1.data.tabular_factory import TabularDatasetFactory


class Dataset(OldestForms, OldestMethods, AbstractDataset):
    """Makes datasets (``Dataset.File.from_files``, ``Dataset.Tabular.from_...``) and finds registered ones.

    Args:
        definition: Refused, as are the others: datasets are made by ``Dataset.File`` and ``Dataset.Tabular``.
        workspace: Refused.
        name: Refused.
        id: Refused.

    Raises:
        UserErrorException: Always.
    """

    File = FileDatasetFactory
    Tabular = TabularDatasetFactory

    def __init__(
        self,
        definition: object,
        workspace: object = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the v1 signature
    ) -> None:
        del definition, workspace, name, id
        refuse("Dataset(...)", "Make one with Dataset.File.from_files or Dataset.Tabular.from_delimited_files.")
