"""The served API against the facts: each name in scope has v1's parameters, or is on a list that says why not."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hyperstep.compatibility import offered
from hyperstep.compatibility.conformance import Finding, State
from hyperstep.compatibility.facts import names_in_scope, surface, usage
from hyperstep.compatibility.refused import REFUSALS, refusal_of
from hyperstep.compatibility.report import Report, main, make_report

_GAPS = json.loads((Path(__file__).parent / "known_gaps.json").read_text(encoding="utf-8"))
_MOST_REFUSALS = 60
ON_OBJECTS = {"azureml.core.Dataset.to_pandas_dataframe"}
"""Refused on the class itself; the objects that are made of it have it."""


@pytest.fixture(scope="module")
def report() -> Report:
    return make_report()


def names(findings: Sequence[Finding]) -> list[str]:
    return sorted(finding.name for finding in findings)


def test_every_name_that_two_public_projects_use_is_there(report: Report) -> None:
    assert report.missing_in_use == []


def test_what_is_missing_is_what_is_known_to_be_missing(report: Report) -> None:
    """The list can only shrink: a name that has appeared must leave it."""
    assert names(report.in_state(State.MISSING)) == _GAPS["missing"]


def test_what_is_different_is_what_is_known_to_be_different(report: Report) -> None:
    """The list can only shrink: a signature that has become v1's must leave it."""
    assert names(report.in_state(State.DIFFERENT)) == sorted(_GAPS["different"])


def test_each_different_signature_says_why() -> None:
    assert all(reason.endswith(".") for reason in _GAPS["different"].values())


def test_every_unbuilt_name_in_scope_is_refused_with_a_reason(report: Report) -> None:
    states = {finding.name: finding.state for finding in report.findings}
    unbuilt = [
        f"{module}.{name}"
        for module, name, _ in names_in_scope()
        if offered.offers(module, name) and offered.is_unbuilt(offered.resolve(module, name))
    ]
    assert [name for name in unbuilt if states[name] is not State.REFUSED] == []


def test_every_member_that_says_it_is_refused_is_in_the_table() -> None:
    members = list(members_in_scope())
    refused = {function for name, function in members if refusal_of(name)}
    says_so = {name: function for name, function in members if says_refused(function)}
    assert {name for name, function in says_so.items() if function not in refused} - ON_OBJECTS == set()


def members_in_scope() -> Iterator[tuple[str, object]]:
    """Each member of each class in scope, by its full name, as the function that defines it."""
    for module, name, known in names_in_scope():
        if module != known.module or not offered.offers(module, name):
            continue
        for cls in offered.classes_behind(offered.resolve(module, name)):
            for member in dir(cls):
                if not member.startswith("__"):
                    found = inspect.getattr_static(cls, member)
                    function = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
                    if inspect.isfunction(function):
                        yield f"{module}.{name}.{member}", function


def says_refused(function: object) -> bool:
    first = (getattr(function, "__doc__", None) or "").partition("\n")[0]
    return first.startswith("Refused") and "as in v1" not in first


def test_every_finding_has_one_state_and_the_counts_add_up(report: Report) -> None:
    assert len(report.findings) == sum(len(report.in_state(state)) for state in State)
    assert len(names(report.findings)) == len(set(names(report.findings)))


def test_the_list_of_refusals_is_short() -> None:
    assert len(REFUSALS) <= _MOST_REFUSALS


def test_the_report_prints_its_counts(capsys: pytest.CaptureFixture[str], report: Report) -> None:
    assert main() == 0
    lines = capsys.readouterr().out.splitlines()
    keys = [line.partition(":")[0] for line in lines]
    assert keys[:4] == ["names in scope", "present", "signature-equal", "wider, so that every call of v1 fits"]
    assert lines[0] == f"names in scope: {len(report.findings)}"
    assert "used by two public projects or more, and missing: 0" in lines


def test_the_facts_are_those_of_v1() -> None:
    config = surface()["azureml.train.hyperdrive"]["HyperDriveConfig"]
    assert config.parameters is not None
    assert config.parameters[:2] == ["hyperparameter_sampling", "primary_metric_name"]
    assert surface()["azureml.train.hyperdrive.runconfig"]["HyperDriveConfig"] is not None
    assert surface()["azureml.train.hyperdrive.runconfig"]["HyperDriveConfig"].full_name == config.full_name
    assert usage().names["PrimaryMetricGoal"] == 62
    assert usage().members["Experiment.submit"] == 55
