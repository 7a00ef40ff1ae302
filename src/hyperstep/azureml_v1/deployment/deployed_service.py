"""What a deployed service could be asked for: kept as names, refused at each use, since none is ever deployed here."""

from __future__ import annotations

from typing import Never

from hyperstep.azureml_v1.deployment.refusal import refuse


class DeployedService:
    """The members of a service that is up.

    Raises:
        WebserviceException: At each use; it says what to do instead.
    """

    @property
    def state(self) -> str:
        """Whether it is up. Refused."""
        refuse("Asking a service for its state")

    @property
    def scoring_uri(self) -> str:
        """Where it listens. Refused."""
        refuse("Asking a service for its address")

    def wait_for_deployment(self, show_output: bool = False, timeout_sec: float | None = None) -> Never:  # noqa: ARG002
        """Wait until it is up. Refused."""
        refuse("Waiting for a service")

    def update_deployment_state(self) -> Never:
        """Ask for its state again. Refused."""
        refuse("Asking a service for its state")

    def get_logs(self, num_lines: int = 5000, init: bool = False) -> Never:  # noqa: ARG002
        """What it wrote. Refused."""
        refuse("Reading the logs of a service")

    def run(self, input: object) -> Never:  # noqa: A002, ARG002 - v1's name
        """Send it data. Refused."""
        refuse("Calling a service")

    def get_keys(self) -> Never:
        """The keys that open it. Refused."""
        refuse("Asking a service for its keys")

    def regen_key(self, key: str, set_key: str | None = None) -> Never:  # noqa: ARG002
        """Change a key. Refused."""
        refuse("Changing the keys of a service")

    def get_token(self) -> Never:
        """A token that opens it. Refused."""
        refuse("Asking a service for a token")

    def update(self, *args: object) -> Never:  # noqa: ARG002
        """Change it. Refused."""
        refuse("Changing a service")

    def delete(self) -> Never:
        """Take it down. Refused."""
        refuse("Deleting a service")

    def serialize(self) -> Never:
        """Describe it. Refused."""
        refuse("Describing a service")
