"""Environments and their packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.environment import Environment, EnvironmentReference, environment_of
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException


def test_a_name_that_is_no_text_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="3"):
        Environment(3)  # type: ignore[arg-type]


def test_registering_gives_versions_and_equal_ones_stay(workspace: Workspace) -> None:
    environment = Environment("train")
    assert environment.version is None
    assert environment.register(workspace).version == "1"
    assert environment.register(workspace).version == "1"
    environment.environment_variables = {"A": "1"}
    assert environment.register(workspace).version == "2"
    assert Environment.get(workspace, "train").environment_variables == {"A": "1"}
    assert Environment.get(workspace, "train", version="1").environment_variables == {}
    assert list(workspace.environments) == ["train"]
    assert EnvironmentReference("train").get_environment(workspace).version == "2"


def test_curated_names_are_known(workspace: Workspace) -> None:
    environment = Environment.get(workspace, "AzureML-sklearn-0.24-ubuntu18.04-py37-cpu")
    assert environment.python.user_managed_dependencies


def test_an_unknown_name_and_two_ways_at_once_are_refused(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="nope"):
        Environment.get(workspace, "nope")
    with pytest.raises(UserErrorException, match="not both"):
        Environment.get(workspace, "nope", version="1", label="latest")


def test_packages_come_from_a_conda_file(workspace: Workspace) -> None:
    del workspace
    Path("env.yml").write_text(
        "name: e\nchannels: [conda-forge]\ndependencies:\n- python=3.11\n- numpy\n- pip:\n  - pandas>=2\n",
        encoding="utf-8",
    )
    packages = Environment.from_conda_specification("e", "env.yml").python.conda_dependencies
    assert packages is not None
    assert packages.get_python_version() == "3.11"
    assert list(packages.conda_packages) == ["python=3.11", "numpy"]
    assert list(packages.pip_packages) == ["pandas>=2"]


@pytest.mark.parametrize("text", ["- a\n", "a: [", "colour: red\n"])
def test_a_bad_conda_file_is_refused(workspace: Workspace, text: str) -> None:
    del workspace
    Path("env.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UserErrorException, match=r"env\.yml"):
        Environment.from_conda_specification("e", "env.yml")


def test_packages_come_from_a_requirements_file(workspace: Workspace) -> None:
    del workspace
    Path("r.txt").write_text("# words\npandas>=2  # why\n\n-r other.txt\nnumpy\n", encoding="utf-8")
    packages = Environment.from_pip_requirements("e", "r.txt").python.conda_dependencies
    assert packages is not None
    assert list(packages.pip_packages) == ["pandas>=2", "numpy"]
    with pytest.raises(UserErrorException, match=r"none\.txt"):
        Environment.from_pip_requirements("e", "none.txt")


def test_an_image_is_kept() -> None:
    environment = Environment.from_docker_image("e", "python:3.11")
    assert environment.docker.base_image == "python:3.11"
    assert environment.python.user_managed_dependencies


def test_a_clone_has_another_name_and_no_version(workspace: Workspace) -> None:
    clone = Environment("a").register(workspace).clone("b")
    assert (clone.name, clone.version) == ("b", None)


def test_a_definition_leads_back_to_the_environment() -> None:
    environment = Environment("a")
    environment.docker.enabled = True
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["numpy"])
    assert environment_of(environment.definition()).definition() == environment.definition()


def test_v1s_default_packages() -> None:
    packages = CondaDependencies()
    assert list(packages.conda_packages) == ["python=3.8.13"]
    assert list(packages.pip_packages) == ["azureml-defaults"]
    assert list(packages.conda_channels) == ["anaconda", "conda-forge"]


def test_created_packages_replace_the_defaults_and_pin_the_sdk() -> None:
    assert list(CondaDependencies.create().pip_packages) == ["azureml-defaults~=1.61.0"]
    packages = CondaDependencies.create(pip_packages=["numpy", "azureml-core"], conda_packages=["scipy"])
    assert list(packages.pip_packages) == ["numpy", "azureml-core~=1.61.0"]
    assert list(packages.conda_packages) == ["python=3.10.18", "scipy"]
    assert list(CondaDependencies.create(pin_sdk_version=False).pip_packages) == ["azureml-defaults"]


def test_packages_are_added_replaced_and_removed() -> None:
    packages = CondaDependencies.create(pip_packages=[])
    packages.add_pip_package("numpy==1")
    packages.add_pip_package("numpy>=2")
    packages.add_conda_package("scipy")
    packages.remove_conda_package("scipy")
    packages.set_pip_option("--pre")
    packages.set_pip_index_url("https://example.com")
    packages.remove_pip_option("--pre")
    packages.add_channel("defaults")
    packages.remove_channel("anaconda")
    assert list(packages.pip_packages) == ["numpy>=2"]
    assert list(packages.pip_options) == ["--index-url https://example.com"]
    assert list(packages.conda_channels) == ["conda-forge", "defaults"]
    assert list(packages.conda_packages) == ["python=3.10.18"]


def test_a_saved_conda_file_reads_back(workspace: Workspace) -> None:
    del workspace
    packages = CondaDependencies.create(pip_packages=["numpy"])
    assert packages.save_to_file("folder") == "conda_dependencies.yml"
    assert CondaDependencies("folder/conda_dependencies.yml") == packages
