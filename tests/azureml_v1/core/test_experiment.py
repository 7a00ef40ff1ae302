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


def test_tags_are_kept_with_the_experiment(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "tagged")
    experiment.set_tags({"a": 1, "b": None})
    experiment.tag("c", "x")
    experiment.remove_tags(["b", "unknown"])
    experiment.refresh()
    assert Experiment(workspace, "tagged").tags == {"a": "1", "c": "x"}
    Experiment(workspace, "plain")
    assert [found.name for found in Experiment.list(workspace, tags={"a": "1"})] == ["tagged"]
    assert [found.name for found in Experiment.list(workspace, tags="c")] == ["tagged"]
    experiment.remove_tags("a")
    assert experiment.tags == {"c": "x"}


def test_an_archived_experiment_is_hidden_until_it_is_reactivated(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "old")
    experiment.archive()
    assert experiment.archived_time is not None
    assert Experiment(workspace, "new").archived_time is None
    Experiment.delete(workspace, "new")
    assert Experiment.list(workspace) == []
    assert Experiment.list(workspace, view_type="ArchivedOnly") == [experiment]
    assert Experiment.list(workspace, "old", "All") == [experiment]
    with pytest.raises(UserErrorException, match="keeps its name"):
        experiment.reactivate("new")
    experiment.reactivate()
    assert Experiment.list(workspace) == [experiment]
    with pytest.raises(UserErrorException, match="ActiveOnly"):
        Experiment.list(workspace, view_type="Some")


def test_an_experiment_without_runs_can_be_deleted(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "gone")
    Experiment.delete(workspace, experiment.id)
    assert Experiment.list(workspace) == []
    with pytest.raises(UserErrorException, match="no experiment"):
        Experiment.delete(workspace, "gone")
    kept = Experiment(workspace, "kept")
    kept.start_logging(snapshot_directory=None).complete()
    with pytest.raises(UserErrorException, match="has runs"):
        Experiment.delete(workspace, "kept")
    with pytest.raises(UserErrorException, match="folder"):
        Experiment.from_directory(".")


def test_a_notebook_shows_an_experiment_as_a_table(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "shown")
    assert "<td>shown</td><td>local</td>" in experiment._repr_html_()
    assert repr(experiment) == "Experiment(Name: shown,\nWorkspace: local)"
    assert Experiment.get_docs_url().startswith("https://")
