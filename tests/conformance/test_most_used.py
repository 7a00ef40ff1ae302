"""Names that many public projects use and no other test calls: constants, telemetry, images, registries, exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.compatibility import offered


def named(full_name: str) -> Any:
    """What a script gets by ``from module import name``."""
    module, _, name = full_name.rpartition(".")
    return offered.resolve(module, name)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home."""
    monkeypatch.chdir(tmp_path)
    yield Workspace.from_config()
    close_homes()


def test_the_version_can_be_compared_as_scripts_do() -> None:
    version = named("azureml.core.VERSION")
    assert [int(part) for part in version.split(".")] >= [1, 0, 65]
    assert version == named("azureml.core.__version__") == named("azureml.train.hyperdrive.__version__")


def test_diagnostics_are_switched_and_nothing_is_sent(capfd: pytest.CaptureFixture[str]) -> None:
    assert named("azureml.telemetry.set_diagnostics_collection")(send_diagnostics=True) is None
    assert capfd.readouterr().out == ""


def test_the_default_images_are_told_apart_and_kept_where_a_script_puts_them() -> None:
    cpu = named("azureml.core.runconfig.DEFAULT_CPU_IMAGE")
    gpu = named("azureml.core.runconfig.DEFAULT_GPU_IMAGE")
    assert cpu != gpu
    config = named("azureml.core.runconfig.RunConfiguration")()
    assert config.environment.docker.base_image == cpu
    config.environment.docker.enabled = True
    config.environment.docker.base_image = gpu
    assert (config.environment.docker.enabled, config.environment.docker.base_image) == (True, gpu)


def test_a_registry_keeps_its_address_and_user() -> None:
    registry = named("azureml.core.container_registry.ContainerRegistry")()
    assert (registry.address, registry.username, registry.password) == (None, None, None)
    registry.address, registry.username = "team.azurecr.io", "reader"
    environment = named("azureml.core.Environment")("image")
    environment.docker.base_image_registry = registry
    kept = environment.docker.base_image_registry
    assert (kept.address, kept.username) == ("team.azurecr.io", "reader")


def test_packages_that_are_added_are_listed_once_in_their_order(tmp_path: Path) -> None:
    dependencies = named("azureml.core.conda_dependencies.CondaDependencies").create(
        pip_packages=["scikit-learn"], conda_packages=["numpy"], python_version="3.8"
    )
    dependencies.add_pip_package("pandas")
    dependencies.add_pip_package("pandas")
    dependencies.add_conda_package("scipy")
    assert list(dependencies.pip_packages) == ["scikit-learn", "pandas"]
    assert list(dependencies.conda_packages) == ["python=3.8", "numpy", "scipy"]
    dependencies.save_to_file(str(tmp_path), "conda.yml")
    text = (tmp_path / "conda.yml").read_text(encoding="utf-8")
    assert text == dependencies.serialize_to_string()


def test_a_table_made_by_its_factory_is_that_of_dataset_tabular(workspace: Workspace, tmp_path: Path) -> None:
    del workspace
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    factory = named("azureml.data.dataset_factory.TabularDatasetFactory")
    table = factory.from_delimited_files(path="a.csv")
    assert table.to_pandas_dataframe().to_dict("list") == {"x": [1], "y": [2]}
    assert table.id == named("azureml.core.Dataset").Tabular.from_delimited_files("a.csv").id


def test_an_absent_model_is_both_exceptions_that_scripts_catch(workspace: Workspace) -> None:
    model = named("azureml.core.model.Model")
    said = r"ModelNotFound: .* no version of model 'absent'"
    for exception in ("ModelNotFoundException", "WebserviceException"):
        with pytest.raises(named(f"azureml.exceptions.{exception}"), match=said):
            model(workspace, name="absent")


def test_an_authentication_failure_is_a_users_error_with_its_message() -> None:
    failure = named("azureml.exceptions.AuthenticationException")("no such tenant")
    with pytest.raises(named("azureml.exceptions.UserErrorException")) as caught:
        raise failure
    assert caught.value.message == "no such tenant"
    assert not isinstance(caught.value, ValueError)


@pytest.mark.parametrize("use", ["state", "get_logs", "wait_for_deployment", "scoring_uri", "delete"])
def test_no_service_is_found_whatever_is_asked_of_it(workspace: Workspace, use: str) -> None:
    service = named("azureml.core.webservice.Webservice")
    assert hasattr(service, use)
    with pytest.raises(named("azureml.exceptions.WebserviceException"), match="WebserviceNotFound"):
        service(workspace, "scoring")


def test_a_datastore_names_its_container_and_account(workspace: Workspace) -> None:
    datastore = workspace.get_default_datastore()
    assert datastore.container_name == datastore.name == "workspaceblobstore"
    assert datastore.account_name
