"""The targets of the oldest v1 scripts: this machine, and what came before workspaces had compute targets."""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.azureml_v1.core.refusals import refused
from hyperstep.azureml_v1.exceptions import UserErrorException

_INSTEAD = (
    "Use ComputeTarget.create(workspace, name, AmlCompute.provisioning_configuration(...)), or the target 'local'."
)


class AbstractComputeTarget:
    """A kind and a name.

    Args:
        compute_target_type: Its kind.
        name: Its name.
    """

    def __init__(self, compute_target_type: str, name: str) -> None:
        self._type = compute_target_type
        self._name = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._name!r}, type={self._type!r})"

    @property
    def type(self) -> str:
        """Its kind."""
        return self._type

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @staticmethod
    def deserialize_from_dict(
        compute_target_name: str, compute_target_dict: Mapping[str, object]
    ) -> AbstractComputeTarget:
        """The target that a dict with the key ``type`` describes; ``local`` is the one that there is.

        Raises:
            UserErrorException: It is of another kind.
        """
        if compute_target_dict.get("type") == "local":
            return LocalTarget()
        message = f"Compute target {compute_target_name!r} must be of type 'local'. {_INSTEAD}"
        raise UserErrorException(message)


class LocalTarget(AbstractComputeTarget):
    """This machine."""

    def __init__(self) -> None:
        super().__init__("local", "local")


def attach_legacy_compute_target(experiment: object, source_directory: object, compute_target: object) -> None:
    """Refused.

    Raises:
        UserErrorException: Always.
    """
    del experiment, source_directory, compute_target
    what = "attach_legacy_compute_target()"
    raise refused(what, _INSTEAD)


def remove_legacy_compute_target(experiment: object, source_directory: object, compute_target_name: object) -> None:
    """Refused.

    Raises:
        UserErrorException: Always.
    """
    del experiment, source_directory, compute_target_name
    what = "remove_legacy_compute_target()"
    raise refused(what, _INSTEAD)


def is_compute_target_prepared(experiment: object, source_directory: object, run_config: object) -> bool:
    """Always True: there is nothing to prepare on this machine."""
    del experiment, source_directory, run_config
    return True


def prepare_compute_target(experiment: object, source_directory: object, run_config: object) -> None:
    """Do nothing: there is nothing to prepare on this machine."""
    del experiment, source_directory, run_config
