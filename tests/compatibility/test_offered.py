"""What is offered is read from the served modules' tables; members are found however a class has them."""

from __future__ import annotations

import pytest

from hyperstep.compatibility import offered


def test_the_tables_are_those_of_the_served_modules() -> None:
    assert "azureml.core" in offered.tables()
    assert offered.offers("azureml.train.hyperdrive", "HyperDriveConfig")
    assert not offered.offers("azureml.train.hyperdrive", "NoSuchName")
    assert offered.is_module("azureml.pipeline.steps")
    assert not offered.is_module("azureml.nothing")


def test_a_name_leads_to_its_object() -> None:
    goal = offered.resolve("azureml.train.hyperdrive", "PrimaryMetricGoal")
    assert isinstance(goal, type)
    assert goal.__name__ == "PrimaryMetricGoal"
    with pytest.raises(KeyError):
        offered.resolve("azureml.core", "NoSuchName")


def test_a_module_below_a_package_offers_the_packages_names_too() -> None:
    assert offered.offers("azureml.train.hyperdrive.run", "PrimaryMetricGoal")
    assert offered.resolve("azureml.train.hyperdrive.run", "PrimaryMetricGoal") is offered.resolve(
        "azureml.train.hyperdrive", "PrimaryMetricGoal"
    )
    assert not offered.offers("azureml.train.hyperdrive", "run")


def test_the_run_of_a_job_stands_for_the_engines_run_too() -> None:
    run = offered.resolve("azureml.core", "Run")
    assert [cls.__module__ for cls in offered.classes_behind(run)] == [
        "hyperstep_trial.run",
        "hyperstep.azureml_v1.core.run",
    ]
    assert offered.has_member(run, "get_context")
    assert offered.has_member(run, "get_children")


@pytest.mark.parametrize(
    ("module", "name", "member"),
    [
        ("azureml.core", "Workspace", "from_config"),
        ("azureml.core", "Workspace", "name"),
        ("azureml.core.environment", "DockerSection", "enabled"),
        ("azureml.train.hyperdrive", "PrimaryMetricGoal", "MAXIMIZE"),
    ],
)
def test_methods_properties_fields_and_enum_members_are_members(module: str, name: str, member: str) -> None:
    assert offered.has_member(offered.resolve(module, name), member)


def test_what_a_class_lacks_is_no_member() -> None:
    assert not offered.has_member(offered.resolve("azureml.core", "Workspace"), "no_such_member")
    assert not offered.has_member(offered.resolve("azureml.core", "VERSION"), "upper")
