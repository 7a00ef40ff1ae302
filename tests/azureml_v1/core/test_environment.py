"""Environments and their packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.environment import (
    Environment,
    EnvironmentDefinition,
    EnvironmentReference,
    environment_of,
)
from hyperstep.azureml_v1.core.environment_sections import (
    AzureContainerRegistry,
    ContainerRegistry,
    DockerBuildContext,
    DockerEnvironment,
    DockerImagePlatform,
    PythonEnvironment,
    RCranPackage,
    RGitHubPackage,
    RSection,
    SparkEnvironment,
    SparkPackage,
    SparkSection,
)
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


def test_an_environment_is_saved_to_a_folder_and_loaded_again(tmp_path: Path) -> None:
    environment = Environment.from_dockerfile("mine", "FROM x\nRUN y", pip_requirements=_requirements_file(tmp_path))
    environment.environment_variables = {"A": "1"}
    environment.save_to_directory(tmp_path / "saved")
    assert sorted(p.name for p in (tmp_path / "saved").iterdir()) == [
        "BaseDockerfile",
        "azureml_environment.json",
        "conda_dependencies.yml",
    ]
    assert Environment.load_from_directory(tmp_path / "saved").as_dict() == environment.as_dict()
    with pytest.raises(UserErrorException, match="overwrite"):
        environment.save_to_directory(tmp_path / "saved")
    environment.save_to_directory(tmp_path / "saved", overwrite=True)
    with pytest.raises(UserErrorException, match=r"azureml_environment\.json"):
        Environment.load_from_directory(tmp_path)


def _requirements_file(folder: Path) -> Path:
    file = folder / "requirements.txt"
    file.write_text("lightgbm>=3\n", encoding="utf-8")
    return file


def test_a_dockerfile_is_given_as_text_or_file(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM y", encoding="utf-8")
    assert Environment.from_dockerfile("a", "FROM x").docker.base_dockerfile == "FROM x"
    assert Environment.from_dockerfile("a", file).docker.base_dockerfile == "FROM y"
    assert Environment.from_dockerfile("a", str(file)).docker.base_image is None
    context = DockerBuildContext.from_local_directory(None, tmp_path)
    environment = Environment.from_docker_build_context("b", context)
    assert environment.docker.build_context is context
    assert (context.location_type, context.location, context.dockerfile_path) == (
        "localFile",
        str(tmp_path),
        "Dockerfile",
    )


def test_conda_is_not_asked_for_its_environments() -> None:
    with pytest.raises(UserErrorException, match="conda env export -n base"):
        Environment.from_existing_conda_environment("mine", "base")


def test_a_version_is_found_by_its_label(workspace: Workspace) -> None:
    first = Environment("mine").register(workspace)
    changed = Environment("mine")
    changed.environment_variables = {"A": "1"}
    changed.register(workspace)
    Environment.label(workspace, "mine", str(first.version), ["stable"])
    assert Environment.get(workspace, "mine", label="stable").version == "1"
    assert Environment.get(workspace, "mine", label="latest").version == "2"
    with pytest.raises(UserErrorException, match="label 'none'"):
        Environment.get(workspace, "mine", label="none")
    assert list(Environment.list(workspace)) == ["mine"]


def test_a_curated_environment_says_what_it_maps_to(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    found = Environment.get(workspace, "AzureML-sklearn-told-once")
    assert found.python.user_managed_dependencies
    Environment.get(workspace, "AzureML-sklearn-told-once")
    assert caplog.text.count("stands for this interpreter") == 1


def test_a_wheel_is_kept_with_the_workspace(workspace: Workspace) -> None:
    Path("tiny-1.0-py3-none-any.whl").write_bytes(b"wheel")
    address = Environment.add_private_pip_wheel(workspace, "tiny-1.0-py3-none-any.whl")
    assert address.startswith("file:///")
    with pytest.raises(UserErrorException, match="exist_ok"):
        Environment.add_private_pip_wheel(workspace, "tiny-1.0-py3-none-any.whl")
    assert Environment.add_private_pip_wheel(workspace, "tiny-1.0-py3-none-any.whl", exist_ok=True) == address
    with pytest.raises(UserErrorException, match=r"\.whl"):
        Environment.add_private_pip_wheel(workspace, "nowhere.whl")


def test_nothing_to_build_is_built_at_once(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    environment = Environment("mine")
    details = environment.build(workspace)
    assert details.wait_for_completion() is details
    assert (details.status, details.get_log(), capsys.readouterr().out) == ("Succeeded", "", "")
    assert environment.build_local(workspace, useDocker=False).status == "Succeeded"


def test_an_image_is_known_not_to_exist(workspace: Workspace) -> None:
    details = Environment.from_docker_image("mine", "image:1").get_image_details(workspace)
    assert (details.image, details.repository, details.image_exist, details.dockerfile) == (
        "image:1",
        "image:1",
        False,
        None,
    )
    assert details.interpreter_path == sys.executable
    assert details.environment_path == sys.prefix
    assert details.registry == {"address": None}


def test_the_parts_of_an_environment_have_v1s_defaults() -> None:
    environment = EnvironmentDefinition()
    assert (environment.name, environment.r, environment.spark.precache_packages) == ("default-environment", None, True)
    assert DockerEnvironment().shared_volumes is True
    assert PythonEnvironment().interpreter_path == "python"
    assert (DockerImagePlatform().os, DockerImagePlatform().architecture) == ("Linux", "amd64")
    assert SparkSection(packages=[SparkPackage("g", "a", "1")]).packages[0].artifact == "a"
    assert SparkEnvironment().repositories == []
    assert (RSection().user_managed, RCranPackage().name, RGitHubPackage().repository) == (False, None, None)
    registry = AzureContainerRegistry()
    registry.password = "sesame"  # noqa: S105
    assert isinstance(registry, ContainerRegistry)
    assert "sesame" not in repr(registry)


def test_a_misspelt_setting_of_a_container_is_refused() -> None:
    with pytest.raises(AttributeError, match="enable"):
        Environment("mine").docker.enable = True  # type: ignore[attr-defined]


def test_a_reference_names_an_environment(workspace: Workspace) -> None:
    Environment("mine").register(workspace)
    assert EnvironmentReference("mine", "1").get_environment(workspace).name == "mine"


def test_tensorflow_and_cntk_are_asked_for_by_core() -> None:
    dependencies = CondaDependencies.create(pip_packages=[])
    dependencies.add_tensorflow_pip_package("gpu", "2.1")
    dependencies.add_tensorflow_conda_package(version="2.1")
    dependencies.add_cntk_package()
    assert list(dependencies.pip_packages) == ["tensorflow-gpu==2.1", "cntk"]
    assert "tensorflow=2.1" in list(dependencies.conda_packages)
    assert dependencies.get_default_number_of_packages() == 0
    with pytest.raises(UserErrorException, match="cpu or gpu"):
        dependencies.add_cntk_package("tpu")


def test_requirements_of_one_package_are_merged() -> None:
    assert CondaDependencies.merge_requirements(["a>=1", "b", "A<2", "b"]) == ["a>=1,<2", "b"]
    assert CondaDependencies.sdk_origin_url().startswith("https://")
