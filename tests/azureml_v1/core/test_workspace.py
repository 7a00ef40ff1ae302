"""Workspaces are found through their config files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException, WorkspaceException

CONFIG = {"subscription_id": "sub", "resource_group": "group", "workspace_name": "team"}


def test_without_a_config_the_workspace_is_local(workspace: Workspace) -> None:
    assert workspace.name == "local"
    assert workspace.resource_group == "local"


@pytest.mark.parametrize("place", [".azureml/config.json", "aml_config/config.json", "config.json", "project.json"])
def test_a_config_is_found_in_a_folder_above(workspace: Workspace, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    del workspace
    file = Path.cwd() / place
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(CONFIG), encoding="utf-8")
    below = Path.cwd() / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    found = Workspace.from_config()
    assert (found.name, found.subscription_id, found.resource_group) == ("team", "sub", "group")


def test_a_config_can_be_given_as_a_file(workspace: Workspace) -> None:
    del workspace
    Path("other.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    assert Workspace.from_config("other.json").name == "team"


def test_a_given_path_without_a_config_means_local_and_says_so(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    assert Workspace.from_config("nowhere") == workspace
    assert "nowhere" in caplog.text


@pytest.mark.parametrize("text", ["{", "[]", '{"workspace_name": "x"}'])
def test_a_broken_config_is_refused(workspace: Workspace, text: str) -> None:
    del workspace
    Path("config.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserErrorException, match=r"config\.json"):
        Workspace.from_config()


def test_a_written_config_leads_back_to_the_workspace(workspace: Workspace) -> None:
    del workspace
    Workspace("sub", "group", "team").write_config()
    assert Workspace.from_config() == Workspace.get("team", subscription_id="sub", resource_group="group")


def test_creating_an_existing_workspace_needs_exist_ok(workspace: Workspace) -> None:
    del workspace
    Workspace.create("team")
    with pytest.raises(WorkspaceException, match="exists already"):
        Workspace.create("team")
    assert Workspace.create("team", exist_ok=True).name == "team"


@pytest.mark.parametrize("name", ["", "a/b", "..", None])
def test_a_name_that_is_no_folder_name_is_refused(workspace: Workspace, name: str) -> None:
    del workspace
    with pytest.raises(UserErrorException, match="folder"):
        Workspace.get(name)


def test_the_job_of_a_workspace_is_told_its_subscription(workspace: Workspace) -> None:
    Workspace.create("team", subscription_id="sub", resource_group="group")
    body = workspace.home.store.named("team", "workspace", "team").body
    assert body == {"subscription_id": "sub", "resource_group": "group"}


def test_details_name_the_workspace(workspace: Workspace) -> None:
    assert workspace.get_details()["name"] == "local"


def test_within_a_job_the_workspace_is_that_of_the_job(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    del workspace
    monkeypatch.setenv("AZUREML_RUN_ID", "r")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "f")
    monkeypatch.setenv("AZUREML_ARM_WORKSPACE_NAME", "team")
    assert Workspace.from_config().name == "team"
