"""The v1 policy classes: their checks, their JSON, and what the engine gets."""

from __future__ import annotations

from inspect import signature
from typing import Any

import pytest

from hyperstep import policies as engine
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveRehydrateException
from hyperstep.azureml_v1.train.policies import (
    BanditPolicy,
    EarlyTerminationPolicy,
    MedianStoppingPolicy,
    NoTerminationPolicy,
    TruncationSelectionPolicy,
)

JSON_SHAPES = [
    pytest.param(
        BanditPolicy(slack_factor=0.1),
        {"name": "Bandit", "properties": {"evaluation_interval": 1, "delay_evaluation": 0, "slack_factor": 0.1}},
        id="bandit factor",
    ),
    pytest.param(
        BanditPolicy(2, slack_amount=0.2, delay_evaluation=5),
        {"name": "Bandit", "properties": {"evaluation_interval": 2, "delay_evaluation": 5, "slack_amount": 0.2}},
        id="bandit amount",
    ),
    pytest.param(
        BanditPolicy(slack_factor=0),
        {"name": "Bandit", "properties": {"evaluation_interval": 1, "delay_evaluation": 0, "slack_amount": None}},
        id="bandit factor 0",
    ),
    pytest.param(
        BanditPolicy(slack_factor=0, slack_amount=0.3),
        {"name": "Bandit", "properties": {"evaluation_interval": 1, "delay_evaluation": 0, "slack_amount": 0.3}},
        id="bandit factor 0 with an amount",
    ),
    pytest.param(
        MedianStoppingPolicy(2, 4),
        {"name": "MedianStopping", "properties": {"evaluation_interval": 2, "delay_evaluation": 4}},
        id="median",
    ),
    pytest.param(
        TruncationSelectionPolicy(20, 3),
        {
            "name": "TruncationSelection",
            "properties": {
                "evaluation_interval": 3,
                "delay_evaluation": 0,
                "truncation_percentage": 20,
                "exclude_finished_jobs": False,
            },
        },
        id="truncation",
    ),
    pytest.param(NoTerminationPolicy(), {"name": "Default"}, id="default"),
]


@pytest.mark.parametrize(("policy", "data"), JSON_SHAPES)
def test_json_has_the_v1_shape(policy: EarlyTerminationPolicy, data: dict[str, Any]) -> None:
    assert policy.to_json() == data


@pytest.mark.parametrize(("policy", "data"), JSON_SHAPES)
def test_a_stored_policy_comes_back_equal(policy: EarlyTerminationPolicy, data: dict[str, Any]) -> None:
    again = EarlyTerminationPolicy._from_dict(data)
    assert type(again) is type(policy)
    assert again.to_json() == policy.to_json()
    assert EarlyTerminationPolicy._from_dict(again.to_json()) == again


@pytest.mark.parametrize(
    ("policy", "parameters"),
    [
        (BanditPolicy, "(evaluation_interval=1, slack_factor=None, slack_amount=None, delay_evaluation=0)"),
        (MedianStoppingPolicy, "(evaluation_interval=1, delay_evaluation=0)"),
        (TruncationSelectionPolicy, "(truncation_percentage, evaluation_interval=1, delay_evaluation=0)"),
        (NoTerminationPolicy, "()"),
    ],
)
def test_signatures_are_those_of_v1(policy: type[EarlyTerminationPolicy], parameters: str) -> None:
    plain = [p.replace(annotation=p.empty) for p in signature(policy).parameters.values()]
    assert str(signature(policy).replace(parameters=plain, return_annotation=str)).partition(" ->")[0] == parameters


@pytest.mark.parametrize(
    "slack",
    [{}, {"slack_factor": 0.1, "slack_amount": 0.1}, {"slack_factor": -0.1, "slack_amount": -0.1}],
)
def test_bandit_takes_one_slack(slack: dict[str, float]) -> None:
    with pytest.raises(HyperDriveConfigException, match="either a slack_factor or a slack_amount"):
        BanditPolicy(**slack)  # type: ignore[arg-type]


@pytest.mark.parametrize("percentage", [0, 100, -1, 20.0, "20", None])
def test_truncation_takes_whole_percents_from_1_to_99(percentage: int) -> None:
    with pytest.raises(HyperDriveConfigException, match="truncation_percentage"):
        TruncationSelectionPolicy(percentage)


@pytest.mark.parametrize("name", ["evaluation_interval", "delay_evaluation"])
@pytest.mark.parametrize("number", [1.0, "1", None])
def test_intervals_are_int(name: str, number: int) -> None:
    intervals: dict[str, int] = {name: number}
    for make in (
        lambda: BanditPolicy(slack_factor=0.1, **intervals),
        lambda: MedianStoppingPolicy(**intervals),
        lambda: TruncationSelectionPolicy(10, **intervals),
    ):
        with pytest.raises(HyperDriveConfigException, match=name):
            make()


@pytest.mark.parametrize(
    "policy",
    [
        BanditPolicy(0, slack_factor=0.1),
        BanditPolicy(slack_factor=-0.1),
        BanditPolicy(slack_amount=-1),
        BanditPolicy(slack_factor=0.1, delay_evaluation=-1),
        MedianStoppingPolicy(-2),
        MedianStoppingPolicy(True),
        TruncationSelectionPolicy(10, 0),
    ],
)
def test_what_v1_leaves_to_its_service_is_refused_by_the_engine(policy: EarlyTerminationPolicy) -> None:
    with pytest.raises(HyperDriveConfigException):
        policy._to_engine()


@pytest.mark.parametrize(
    ("policy", "data"),
    [
        (
            BanditPolicy(2, slack_factor=0.1),
            {"name": "Bandit", "properties": {"evaluation_interval": 2, "delay_evaluation": 0, "slack_factor": 0.1}},
        ),
        (
            BanditPolicy(slack_factor=0),
            {"name": "Bandit", "properties": {"evaluation_interval": 1, "delay_evaluation": 0, "slack_amount": 0}},
        ),
        (
            TruncationSelectionPolicy(20, 1, 2),
            {
                "name": "TruncationSelection",
                "properties": {"evaluation_interval": 1, "delay_evaluation": 2, "truncation_percentage": 20},
            },
        ),
        (
            MedianStoppingPolicy(),
            {"name": "MedianStopping", "properties": {"evaluation_interval": 1, "delay_evaluation": 0}},
        ),
        (NoTerminationPolicy(), {"name": "Default", "properties": {}}),
    ],
)
def test_the_engine_gets_its_own_json(policy: EarlyTerminationPolicy, data: dict[str, Any]) -> None:
    assert policy._to_engine() == data
    assert engine.from_json(data).to_json() == data


def test_what_was_given_can_be_read() -> None:
    bandit = BanditPolicy(2, slack_factor=0.1, delay_evaluation=5)
    assert (bandit.evaluation_interval, bandit.delay_evaluation, bandit.slack_factor) == (2, 5, 0.1)
    assert not hasattr(bandit, "slack_amount")
    truncation = TruncationSelectionPolicy(20, 3, 4)
    assert (truncation.truncation_percentage, truncation.evaluation_interval) == (20, 3)
    assert truncation.delay_evaluation == 4
    assert BanditPolicy.POLICY_NAME == "Bandit"


def test_policies_are_equal_by_their_attributes() -> None:
    assert BanditPolicy(slack_factor=0.1) == BanditPolicy(slack_factor=0.1)
    assert BanditPolicy(slack_factor=0.1) != BanditPolicy(slack_factor=0.2)
    assert MedianStoppingPolicy() != NoTerminationPolicy()
    assert NoTerminationPolicy() == NoTerminationPolicy()
    assert NoTerminationPolicy() != "Default"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(HyperDriveConfigException, match="Hyperband"):
        EarlyTerminationPolicy._from_dict({"name": "Hyperband"})


@pytest.mark.parametrize(
    "data",
    [{"name": "TruncationSelection"}, {"name": "MedianStopping", "properties": {"slack_factor": 1}}],
)
def test_properties_of_another_policy_cannot_be_read_back(data: dict[str, Any]) -> None:
    with pytest.raises(HyperDriveRehydrateException):
        EarlyTerminationPolicy._from_dict(data)
