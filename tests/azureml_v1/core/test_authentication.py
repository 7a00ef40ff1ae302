"""Every way to sign in is accepted, and none is used."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hyperstep.azureml_v1.core import authentication
from hyperstep.azureml_v1.core.authentication import (
    AbstractAuthentication,
    ArmTokenAuthentication,
    Audience,
    AzureCliAuthentication,
    InteractiveLoginAuthentication,
    MsiAuthentication,
    ServicePrincipalAuthentication,
    TokenAuthentication,
)
from hyperstep.azureml_v1.core.workspace import Workspace


@pytest.mark.parametrize(
    "way",
    [
        AbstractAuthentication(),
        ArmTokenAuthentication("secret"),
        AzureCliAuthentication(),
        InteractiveLoginAuthentication(force=True, tenant_id="t"),
        MsiAuthentication(),
        ServicePrincipalAuthentication("t", "id", "secret"),
    ],
    ids=lambda way: type(way).__name__,
)
def test_a_header_with_a_token_that_opens_nothing_is_given_and_told_once(
    way: AbstractAuthentication, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "_told", set())
    assert way.get_authentication_header() == way.get_authentication_header() == {"Authorization": "Bearer local"}
    assert len(caplog.records) == 1
    assert "secret" not in repr(way) + str(vars(way))


def test_a_callers_own_token_is_used() -> None:
    asked: list[Audience] = []

    def token(audience: Audience) -> tuple[str, int]:
        asked.append(audience)
        return ("mine", 7)

    way = TokenAuthentication(token)
    assert way.get_token(Audience.AZUREML) == ("mine", 7)
    assert way.get_authentication_header() == {"Authorization": "Bearer mine"}
    assert asked == [Audience.AZUREML, Audience.ARM]
    assert TokenAuthentication(lambda _: "text").get_token().token == "text"  # noqa: S105


def test_a_session_gets_the_header() -> None:
    session = SimpleNamespace(headers={})
    assert AzureCliAuthentication().signed_session(session) is session
    assert session.headers["Authorization"] == "Bearer local"


def test_an_arm_token_can_be_replaced() -> None:
    way = ArmTokenAuthentication("a")
    way.update_arm_access_token("b")
    assert way.get_token().token == "local"  # noqa: S105


def test_a_workspace_takes_a_way_to_sign_in(workspace: Workspace) -> None:
    assert Workspace.from_config(auth=InteractiveLoginAuthentication()) == workspace
