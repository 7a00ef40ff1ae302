"""What of a workspace only the service has: named as in v1, and refused or empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperstep.azureml_v1.core.refusals import refused
from hyperstep.azureml_v1.exceptions import DiscoveryUrlNotFoundException

_FOLDER = "A workspace here is a folder of the home (HYPERSTEP_HOME); nothing else needs to be kept up."
_SECRETS = "Keep secrets with workspace.get_default_keyvault(), or in environment variables."


class WorkspaceService:
    """The parts of a workspace that only the service has."""

    _name: str

    @property
    def discovery_url(self) -> str:
        """Refused: nothing is discovered here.

        Raises:
            DiscoveryUrlNotFoundException: Always.
        """
        raise DiscoveryUrlNotFoundException(self._name)

    @property
    def service_context(self) -> Any:  # noqa: ANN401 - an object of the service's
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        what = "Workspace.service_context"
        raise refused(what, _FOLDER)

    @property
    def images(self) -> dict[str, Any]:
        """Always empty: no images are built."""
        return {}

    @property
    def linked_services(self) -> dict[str, Any]:
        """Always empty: nothing is linked."""
        return {}

    @property
    def private_endpoints(self) -> dict[str, Any]:
        """Always empty: there is no network in between."""
        return {}

    @staticmethod
    def setup() -> None:
        """Do nothing: a workspace comes into being by being used."""

    def update_dependencies(self, container_registry: object = None, force: bool = False) -> None:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del container_registry, force
        what = "Workspace.update_dependencies()"
        raise refused(what, _FOLDER)

    def delete(self, delete_dependent_resources: bool = False, no_wait: bool = False) -> None:
        """Refused: what was recorded is not thrown away by a script.

        Raises:
            UserErrorException: Always.
        """
        del delete_dependent_resources, no_wait
        what = "Workspace.delete()"
        instead = f"Its runs are kept. To remove all, delete the folder workspaces/{self._name} of the home by hand."
        raise refused(what, instead)

    def get_mlflow_tracking_uri(self, _with_auth: bool = False) -> str:
        """Refused: what MLflow tracks does not reach a run here.

        Raises:
            UserErrorException: Always.
        """
        what = "Workspace.get_mlflow_tracking_uri()"
        instead = "Log with Run.get_context().log(name, value), or give MLflow a folder of its own: 'file:./mlruns'."
        raise refused(what, instead)

    def add_private_endpoint(
        self,
        private_endpoint_config: object,
        private_endpoint_auto_approval: bool = True,
        location: str | None = None,
        show_output: bool = True,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del private_endpoint_config, private_endpoint_auto_approval, location, show_output, tags
        what = "Workspace.add_private_endpoint()"
        raise refused(what, _FOLDER)

    def delete_private_endpoint_connection(self, private_endpoint_connection_name: str) -> None:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del private_endpoint_connection_name
        what = "Workspace.delete_private_endpoint_connection()"
        raise refused(what, _FOLDER)

    def list_keys(self) -> dict[str, Any]:
        """Refused: there are no keys.

        Raises:
            UserErrorException: Always.
        """
        what = "Workspace.list_keys()"
        raise refused(what, _SECRETS)

    def sync_keys(self, no_wait: bool = False) -> None:
        """Refused: there are no keys.

        Raises:
            UserErrorException: Always.
        """
        del no_wait
        what = "Workspace.sync_keys()"
        raise refused(what, _SECRETS)

    def diagnose_workspace(self, diagnose_parameters: object) -> dict[str, Any]:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del diagnose_parameters
        what = "Workspace.diagnose_workspace()"
        raise refused(what, "Use the command hyperstep doctor.")

    def set_connection(self, name: str, category: str, target: str, authType: str, value: str) -> None:  # noqa: N803 - v1
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del name, category, target, authType, value
        what = "Workspace.set_connection()"
        raise refused(what, _SECRETS)

    def list_connections(self, category: str | None = None, target: str | None = None) -> list[Any]:
        """Always empty: nothing is connected."""
        del category, target
        return []

    def get_connection(self, name: str) -> Any:  # noqa: ANN401 - an object of the service's
        """Refused: nothing is connected.

        Raises:
            UserErrorException: Always.
        """
        what = f"Workspace.get_connection({name!r})"
        raise refused(what, _SECRETS)

    def delete_connection(self, name: str) -> None:
        """Refused: nothing is connected.

        Raises:
            UserErrorException: Always.
        """
        what = f"Workspace.delete_connection({name!r})"
        raise refused(what, _SECRETS)
