"""Experiments: names, submitting, listing."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import AzureMLException, UserErrorException


@pytest.mark.parametrize("name", ["a", "a-b_C9", "9", "a" * 255])
def test_a_good_name_is_taken(workspace: Workspace, name: str) -> None:
    assert Experiment(workspace, name).name == name


@pytest.mark.parametrize("name", ["", "-a", "_a", "a b", "a/b", "ä", "a" * 256, None, 3])
def test_a_bad_name_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UserErrorException, match="255"):
        Experiment(workspace, name)


def test_an_experiment_exists_from_its_construction(workspace: Workspace) -> None:
    Experiment(workspace, "one")
    Experiment(workspace, "one")
    assert list(workspace.experiments) == ["one"]
    assert len(workspace.home.store.all_named("local", "experiment")) == 1


def test_what_cannot_be_submitted_is_refused(experiment: Experiment) -> None:
    with pytest.raises(AzureMLException, match="dict"):
        experiment.submit({})


def test_submit_asks_the_config(experiment: Experiment) -> None:
    class Config:
        def _submit(self, experiment: Experiment, tags: object = None, **kwargs: object) -> object:
            return (experiment.name, tags, kwargs)

    assert experiment.submit(Config(), tags={"a": "b"}, extra=1) == ("digits", {"a": "b"}, {"extra": 1})


def test_a_new_experiment_has_no_runs(experiment: Experiment) -> None:
    assert list(experiment.get_runs()) == []
