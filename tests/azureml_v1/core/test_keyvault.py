"""Secrets come from environment variables and from a file that only its owner reads."""

from __future__ import annotations

import stat

import pytest

from hyperstep.azureml_v1.core.keyvault import Keyvault
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException


def test_a_kept_secret_is_read_again_and_its_file_is_the_owners(workspace: Workspace) -> None:
    vault = workspace.get_default_keyvault()
    vault.set_secret("my-key", "sesame")
    vault.set_secrets({"b": "2", "c": "3"})
    assert Keyvault(workspace).get_secret("my-key") == "sesame"
    assert vault.get_secrets(["b", "none"]) == {"b": "2", "none": None}
    assert vault.list_secrets() == ["b", "c", "my-key"]
    file = workspace.home.path / "secrets" / "local.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "sesame" not in repr(vault)
    vault.delete_secret("b")
    vault.delete_secrets(["c", "unknown"])
    assert vault.list_secrets() == ["my-key"]
    assert vault.get_secret_content_type("my-key") is None


def test_an_environment_variable_wins(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Keyvault(workspace)
    vault.set_secret("my-key", "kept")
    monkeypatch.setenv("MY_KEY", "given")
    assert vault.get_secret("my-key") == "given"


def test_an_unknown_secret_is_refused_with_how_to_give_it(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="environment variable MY_KEY, or keep it"):
        Keyvault(workspace).get_secret("my-key")


def test_a_name_that_breaks_the_rule_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="letters, digits"):
        Keyvault(workspace).set_secret("a/b", "x")
