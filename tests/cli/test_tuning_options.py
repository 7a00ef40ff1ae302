"""Spaces, policies and patterns as people type them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.cli.tuning_options import (
    check_experiment,
    check_metric_pattern,
    check_model_file,
    near_option,
    parse_dimension,
    parse_policy,
    parse_space,
)
from hyperstep.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("opt=choice:adam,sgd", ["choice", [["adam", "sgd"]]]),
        ("n=choice:16, 32", ["choice", [[16, 32]]]),
        ("x=choice:0.1,1e-3,007", ["choice", [[0.1, 0.001, "007"]]]),
        ('x=choice:["a,b",true]', ["choice", [["a,b", True]]]),
        ("depth=randint:10", ["randint", [10]]),
        ("m=uniform:0,1", ["uniform", [0, 1]]),
        ("u=quniform:16,256,16", ["quniform", [16, 256, 16]]),
        ("b=normal:0,1.5", ["normal", [0, 1.5]]),
        ("s=lognormal:0,1", ["lognormal", [0, 1]]),
        ("--lr=uniform:-1,1", ["uniform", [-1, 1]]),
    ],
)
def test_a_space_is_read_as_written(text: str, expression: list[object]) -> None:
    name, distribution = parse_dimension(text)
    assert name == text.split("=", maxsplit=1)[0]
    assert distribution.to_json() == expression


@given(st.floats(1e-12, 1e12), st.floats(1, 1e6))
def test_the_bounds_of_loguniform_are_plain_values(low: float, factor: float) -> None:
    _, distribution = parse_dimension(f"lr=loguniform:{low!r},{low * factor!r}")
    assert distribution.to_json() == ["loguniform", [math.log(low), math.log(low * factor)]]


def test_the_step_of_qloguniform_is_no_logarithm() -> None:
    _, distribution = parse_dimension("units=qloguniform:8,512,8")
    assert distribution.to_json() == ["qloguniform", [math.log(8), math.log(512), 8]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "lr",
            "A --space is written name=distribution:arguments. Received: 'lr'. For example lr=loguniform:1e-4,1e-1.",
        ),
        ("lr=0.1", "A --space is written name=distribution:arguments."),
        ("=uniform:0,1", "A --space is written name=distribution:arguments."),
        ("lr=gauss:0,1", "A --space names a distribution that exists. Received: 'lr=gauss:0,1'."),
        (
            "lr=loguniform:0,1",
            "The bounds of loguniform are plain values above 0 (not their logarithms). Received: 'lr=loguniform:0,1'.",
        ),
        (
            "lr=loguniform:1e-4",
            "loguniform takes 2 numbers: the least value, the greatest value; 1 given. Received: 'lr=loguniform:1e-4'.",
        ),
        ("m=uniform:a,b", "uniform takes 2 numbers: the least value, the greatest value; 'a' is no finite number."),
        ("m=uniform:0,nan", "; 'nan' is no finite number. Received: 'm=uniform:0,nan'."),
        ("m=uniform:inf,1", "; 'inf' is no finite number."),
        ("d=randint:", "randint takes 1 number: upper; 0 given."),
        ("l r=uniform:0,1", "name has no spaces, quotes or control characters"),
        ("lr =uniform:0,1", "name has no spaces, quotes or control characters"),
        ("l\x1br=uniform:0,1", "name has no spaces, quotes or control characters"),
        ("--=uniform:0,1", "is more than dashes"),
        ("a=b=uniform:0,1", "A hyperparameter's name has no '='."),
        ("m=uniform:1,0", "Received: 'm=uniform:1,0'. For example momentum=uniform:0,1."),
        ("opt=choice:", "A choice has at least one option. Received: 'opt=choice:'. For example opt=choice:adam,sgd."),
        ("opt=choice:[1", "Options that begin with a bracket are a JSON list."),
    ],
)
def test_a_wrong_space_is_answered_by_rule_value_and_example(text: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_space([text])
    assert message in str(caught.value)


def test_tuning_without_a_space_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at least one --space"):
        parse_space([])


def test_a_hyperparameter_given_twice_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"given once.*'lr'"):
        parse_space(["lr=uniform:0,1", "lr=uniform:0,2"])


def test_the_order_of_the_options_is_the_order_of_the_space() -> None:
    assert list(parse_space(["b=uniform:0,1", "a=randint:3"])) == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("none", {"name": "Default", "properties": {}}),
        ("median", {"name": "MedianStopping", "properties": {}}),
        (
            "bandit:slack_factor=0.1,evaluation_interval=2",
            {"name": "Bandit", "properties": {"slack_factor": 0.1, "evaluation_interval": 2}},
        ),
        (
            "truncation:truncation_percentage=20",
            {"name": "TruncationSelection", "properties": {"truncation_percentage": 20}},
        ),
    ],
)
def test_a_policy_is_read_as_written(text: str, policy: dict[str, object]) -> None:
    assert parse_policy(text) == policy


@pytest.mark.parametrize("text", ["hyperband", "bandit:0.1", "bandit:slack_factor=much", "bandit:slack_factor="])
def test_a_wrong_policy_is_answered_by_an_example(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"bandit:slack_factor=0\.1,evaluation_interval=2"):
        parse_policy(text)


@pytest.mark.parametrize("pattern", ["acc=", "acc=(", "(a)(b)"])
def test_a_metric_pattern_has_one_group(pattern: str) -> None:
    with pytest.raises(InvalidInputError, match=r"For example --metric-pattern 'acc=\(\[0-9.\]\+\)'"):
        check_metric_pattern(pattern)


def test_a_right_metric_pattern_is_kept() -> None:
    assert check_metric_pattern("acc=([0-9.]+)") == "acc=([0-9.]+)"


def test_a_hyperparameter_with_and_without_dashes_is_the_same() -> None:
    with pytest.raises(InvalidInputError, match=r"given once; `lr` and `--lr` are the same.*'--lr'"):
        parse_space(["lr=uniform:0,1", "--lr=uniform:0,2"])


@pytest.mark.parametrize("path", ["/models/m.pkl", "../m.pkl", "outputs/../../m", "C:\\m.pkl", "..\\m", "\\m"])
def test_a_model_file_stays_in_the_trials_folder(path: str) -> None:
    with pytest.raises(InvalidInputError, match=r"without '\.\.'.*For example --model-file outputs/model.pkl"):
        check_model_file(path)


def test_a_right_model_file_is_kept() -> None:
    assert check_model_file("outputs/a..b/model.pkl") == "outputs/a..b/model.pkl"


@pytest.mark.parametrize("name", ["", "my experiment", "-x", "a/b", "é", "x" * 256, "a\n"])
def test_an_experiment_has_a_name_that_v1_takes(name: str) -> None:
    with pytest.raises(InvalidInputError, match="An experiment's name has 1 to 255 characters"):
        check_experiment(name)


def test_a_right_experiment_is_kept() -> None:
    assert check_experiment("Digits_2-b") == "Digits_2-b"


OURS = ["--max", "--max-minutes", "--metric", "--metric-pattern", "--sampler", "--concurrent", "--seed", "--space"]


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("--max-trials", "--max"),
        ("--max-trials=3", "--max"),
        ("--max-minute", "--max-minutes"),
        ("--metrics", "--metric"),
        ("--concurrency", "--concurrent"),
        ("--sampling", "--sampler"),
        ("--epochs", None),
        ("--batch-size", None),
        ("-m", None),
        ("max", None),
    ],
)
def test_an_option_that_is_near_to_one_of_ours_is_told_from_the_scripts_own(given: str, near: str | None) -> None:
    assert near_option(given, OURS) == near
