"""Policies are found by name and made from their JSON."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hyperstep import policies
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError


@pytest.mark.parametrize("name", policies.NAMES)
def test_every_name_loads_the_class_of_that_name(name: str) -> None:
    assert policies.load(name).name == name


@pytest.mark.parametrize("data", [{"name": "Default"}, {"name": "Default", "properties": None}])
def test_properties_may_be_left_out(data: Json) -> None:
    assert policies.from_json(data).to_json() == {"name": "Default", "properties": {}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "mapping"),
        ("Bandit", "mapping"),
        ({"properties": {}}, "name"),
        ({"name": "bandit"}, "Use one of: Bandit"),
        ({"name": "Bandit", "properties": [1]}, "mapping"),
        ({"name": "Bandit", "properties": {"slack": 1}}, "Unknown: slack"),
        ({"name": "Bandit", "properties": {}}, "slack_factor or a slack_amount"),
        ({"name": "TruncationSelection", "properties": {}}, "Missing: truncation_percentage"),
        ({"name": "Default", "properties": {"evaluation_interval": 1}}, "no properties"),
    ],
)
def test_json_that_is_no_policy_is_refused_with_what_is_wrong(data: Json, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        policies.from_json(data)


def test_the_package_loads_no_policy_by_itself() -> None:
    script = "import sys, hyperstep.policies as p; print(*sorted(m for m in sys.modules if 'bandit' in m))"
    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout == "\n"
