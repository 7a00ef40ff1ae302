"""Ways to sign in. All are accepted and none is used: nothing here signs in anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from hyperstep.azureml_v1.exceptions import AuthenticationException

LOCAL_TOKEN = "local"  # noqa: S105 - stands where a token would, and opens nothing
_NEVER = 4_102_444_800
"""Seconds since the epoch: the year 2100."""

_logger = logging.getLogger("hyperstep.azureml")
_told: set[str] = set()


class AccessToken(NamedTuple):
    """A token, and when it expires in seconds since the epoch."""

    token: str
    expires_on: int


class Audience(Enum):
    """Whom a token is for."""

    ARM = "ARM"
    AZUREML = "AZUREML"

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class AbstractAuthentication:
    """What all ways to sign in have.

    Args:
        cloud: Accepted and not used.
    """

    def __init__(self, cloud: str | None = None) -> None:
        del cloud

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def get_authentication_header(self) -> dict[str, str]:
        """A header with a token that opens nothing; says so once."""
        return {"Authorization": f"Bearer {self.get_token().token}"}

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:  # noqa: ANN401 - the v1 signature
        """A token that opens nothing; says so once."""
        del scopes, kwargs
        if "token" not in _told:
            _told.add("token")
            _logger.warning("Nothing signs in here: the token is the text '%s', which no service accepts.", LOCAL_TOKEN)
        return AccessToken(LOCAL_TOKEN, _NEVER)

    def signed_session(self, session: Any = None) -> Any:  # noqa: ANN401 - a session of the library ``requests``
        """A session of the library ``requests`` that sends the header.

        Raises:
            AuthenticationException: No session is given, and ``requests`` is not installed.
        """
        if session is None:
            try:
                from requests import Session  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415
            except ImportError as error:
                message = "signed_session() needs the library requests: pip install requests, or give it a session."
                raise AuthenticationException(message) from error
            session = Session()
        session.headers.update(self.get_authentication_header())
        return session


class InteractiveLoginAuthentication(AbstractAuthentication):
    """Signing in through a browser; accepted, and no browser is opened.

    Args:
        force: Accepted and not used.
        tenant_id: Accepted and not used.
        cloud: Accepted and not used.
    """

    def __init__(self, force: bool = False, tenant_id: str | None = None, cloud: str | None = None) -> None:
        super().__init__(cloud)
        del force, tenant_id


class AzureCliAuthentication(AbstractAuthentication):
    """Signing in as the Azure command line is; accepted, and the command line is not asked.

    Args:
        cloud: Accepted and not used.
    """


class ServicePrincipalAuthentication(AbstractAuthentication):
    """Signing in as a program; accepted. The password is not kept.

    Args:
        tenant_id: Accepted and not used.
        service_principal_id: Accepted and not used.
        service_principal_password: Accepted, and not kept.
        cloud: Accepted and not used.
        _enable_caching: Accepted and not used.
    """

    def __init__(
        self,
        tenant_id: str,
        service_principal_id: str,
        service_principal_password: str,
        cloud: str = "AzureCloud",
        _enable_caching: bool = True,
    ) -> None:
        super().__init__(cloud)
        del tenant_id, service_principal_id, service_principal_password


class MsiAuthentication(AbstractAuthentication):
    """Signing in as the machine; accepted.

    Args:
        cloud: Accepted and not used.
        **kwargs: Accepted and not used.
    """

    def __init__(self, cloud: str | None = None, **kwargs: object) -> None:
        super().__init__(cloud)
        del kwargs


class ArmTokenAuthentication(AbstractAuthentication):
    """Signing in with a token; accepted, and not kept.

    Args:
        arm_access_token: Accepted, and not kept.
        cloud: Accepted and not used.
    """

    def __init__(self, arm_access_token: str, cloud: str | None = None) -> None:
        super().__init__(cloud)
        del arm_access_token

    def update_arm_access_token(self, new_arm_access_token: str) -> None:
        """Accepted, and not kept."""


class TokenAuthentication(AbstractAuthentication):
    """Signing in with the tokens of a function of the caller's.

    Args:
        get_token_for_audience: Gives a token for an audience, or a pair of a token and when it expires.
        cloud: Accepted and not used.
    """

    def __init__(self, get_token_for_audience: Callable[[Audience], Any], cloud: str | None = None) -> None:
        super().__init__(cloud)
        self._get_token_for_audience = get_token_for_audience

    def get_token(self, audience: Audience = Audience.ARM) -> AccessToken:  # type: ignore[override] # as in v1
        """What the caller's function gives."""
        given = self._get_token_for_audience(audience)
        return AccessToken(given, _NEVER) if isinstance(given, str) else AccessToken(str(given[0]), int(given[1]))
