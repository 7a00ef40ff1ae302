"""The methods of datasets before ``Dataset.File`` and ``Dataset.Tabular``: each names the newer way."""

from __future__ import annotations

from typing import NoReturn

from hyperstep.azureml_v1.exceptions import UserErrorException


class OldestMethods:
    """Methods of an object that cannot be made any more."""

    def get_definitions(self) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        _refuse("get_definitions", "register(..., create_new_version=True) for versions")

    def get_definition(self, version_id: object = None) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del version_id
        _refuse("get_definition", "register(..., create_new_version=True) for versions")

    def update_definition(self, definition: object, definition_update_message: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del definition, definition_update_message
        _refuse("update_definition", "register(..., create_new_version=True) for versions")

    def to_pandas_dataframe(self) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        _refuse("to_pandas_dataframe", "to_pandas_dataframe() of a dataset of Dataset.Tabular")

    def to_spark_dataframe(self) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        _refuse("to_spark_dataframe", "to_pandas_dataframe() of a dataset of Dataset.Tabular")

    def head(self, count: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del count
        _refuse("head", "take(count).to_pandas_dataframe() of a dataset of Dataset.Tabular")

    def create_snapshot(
        self,
        snapshot_name: object,
        compute_target: object = None,
        create_data_snapshot: object = False,
        target_datastore: object = None,
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del snapshot_name, compute_target, create_data_snapshot, target_datastore
        _refuse("create_snapshot", "register(..., create_new_version=True) for versions")

    def get_snapshot(self, snapshot_name: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del snapshot_name
        _refuse("get_snapshot", "register(..., create_new_version=True) for versions")

    def delete_snapshot(self, snapshot_name: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del snapshot_name
        _refuse("delete_snapshot", "register(..., create_new_version=True) for versions")

    def get_all_snapshots(self) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        _refuse("get_all_snapshots", "register(..., create_new_version=True) for versions")

    def generate_profile(
        self, compute_target: object = None, workspace: object = None, arguments: object = None
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del compute_target, workspace, arguments
        _refuse("generate_profile", "to_pandas_dataframe().describe()")

    def get_profile(
        self,
        arguments: object = None,
        generate_if_not_exist: object = True,
        workspace: object = None,
        compute_target: object = None,
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del arguments, generate_if_not_exist, workspace, compute_target
        _refuse("get_profile", "to_pandas_dataframe().describe()")

    def deprecate(self, deprecate_by_dataset_id: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del deprecate_by_dataset_id
        _refuse("deprecate", "register(..., create_new_version=True) for versions")

    def archive(self) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        _refuse("archive", "register(..., create_new_version=True) for versions")

    def reactivate(self) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        _refuse("reactivate", "register(..., create_new_version=True) for versions")

    def compare_profiles(
        self,
        rhs_dataset: object,
        profile_arguments: object = None,
        include_columns: object = None,
        exclude_columns: object = None,
        histogram_compare_method: object = None,
    ) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del rhs_dataset, profile_arguments, include_columns, exclude_columns, histogram_compare_method
        _refuse("compare_profiles", "to_pandas_dataframe().describe()")

    def diff(self, rhs_dataset: object, compute_target: object = None, columns: object = None) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del rhs_dataset, compute_target, columns
        _refuse("diff", "to_pandas_dataframe().compare()")

    def sample(self, sample_strategy: object, arguments: object) -> NoReturn:
        """Refused: an older form.

        Raises:
            UserErrorException: Always.
        """
        del sample_strategy, arguments
        _refuse("sample", "take_sample(probability) of a dataset of Dataset.Tabular")


def _refuse(name: str, remedy: str) -> NoReturn:
    message = f"Dataset.{name}() is an older form and not built. Use {remedy}."
    raise UserErrorException(message)
