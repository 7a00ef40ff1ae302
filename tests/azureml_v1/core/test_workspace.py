"""Workspaces are found through their config files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.compute import AmlCompute, ComputeTarget
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import DiscoveryUrlNotFoundException, UserErrorException, WorkspaceException

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


def test_workspaces_are_listed_by_subscription_and_group(workspace: Workspace) -> None:
    Workspace.create("team", subscription_id="sub", resource_group="group", tags={"a": "1"}, friendly_name="The team")
    assert sorted(Workspace.list("")) == ["local", "team"]
    (team,) = Workspace.list("sub", resource_group="group")["team"]
    assert (team.tags, team.get_details()["friendlyName"]) == ({"a": "1"}, "The team")
    assert Workspace.list("sub", resource_group="other") == {}
    assert workspace.get_details()["friendlyName"] == "local"


def test_what_a_workspace_is_called_can_be_changed(workspace: Workspace) -> None:
    assert workspace.update(description="words", tags={"b": "2"})["description"] == "words"
    assert Workspace.from_config().tags == {"b": "2"}


def test_default_compute_targets_are_found_by_kind(workspace: Workspace) -> None:
    assert workspace.get_default_compute_target("CPU") is None
    ComputeTarget.create(workspace, "cpu-cluster", AmlCompute.provisioning_configuration("D2"))
    found = workspace.get_default_compute_target("cpu")
    assert found is not None
    assert found.name == Workspace.DEFAULT_CPU_CLUSTER_NAME
    with pytest.raises(UserErrorException, match="CPU or GPU"):
        workspace.get_default_compute_target("TPU")


def test_what_only_the_service_has_is_empty(workspace: Workspace) -> None:
    Workspace.setup()
    for empty in (workspace.images, workspace.webservices, workspace.linked_services, workspace.private_endpoints):
        assert empty == {}
    assert workspace.list_connections() == []


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("delete", ()),
        ("update_dependencies", ()),
        ("get_mlflow_tracking_uri", ()),
        ("add_private_endpoint", (None,)),
        ("delete_private_endpoint_connection", ("n",)),
        ("list_keys", ()),
        ("sync_keys", ()),
        ("diagnose_workspace", ({},)),
        ("set_connection", ("n", "c", "t", "a", "v")),
        ("get_connection", ("n",)),
        ("delete_connection", ("n",)),
    ],
)
def test_what_needs_the_service_is_refused_with_the_way(workspace: Workspace, call: str, arguments: Any) -> None:
    with pytest.raises(UserErrorException, match=rf"Workspace\.{call}.*hyperstep works without it\. \w"):
        getattr(workspace, call)(*arguments)


def test_service_addresses_are_refused(workspace: Workspace) -> None:
    with pytest.raises(DiscoveryUrlNotFoundException, match="local"):
        _ = workspace.discovery_url
    with pytest.raises(UserErrorException, match="service_context"):
        _ = workspace.service_context


def test_a_notebook_shows_a_workspace_as_a_table(workspace: Workspace) -> None:
    assert "<td>local</td>" in workspace._repr_html_()


def test_a_workspace_is_got_or_made(workspace: Workspace) -> None:
    del workspace
    made = Workspace._get_or_create("team", subscription_id="sub", resource_group="group", sku="basic")
    assert (made.name, made.subscription_id) == ("team", "sub")
    assert "team" in Workspace.list("sub")
