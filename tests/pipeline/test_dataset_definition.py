"""Definitions of datasets: their ids, and what of them is recorded."""

from __future__ import annotations

from hyperstep.pipeline.dataset_definition import FILES, definition_id, registration_body, with_paths, without_paths


def test_equal_definitions_have_equal_ids() -> None:
    first = with_paths(FILES, [("blob", "a")])
    assert definition_id(first) == definition_id({"paths": [["blob", "a"]], "kind": "FileDataset"})
    assert definition_id(first) != definition_id(with_paths(FILES, [("blob", "b")]))


def test_paths_are_put_in_and_taken_out() -> None:
    assert without_paths(with_paths(FILES, [("blob", "a")])) == FILES


def test_a_registration_says_all_that_is_asked_for_later() -> None:
    definition = with_paths(FILES, [("blob", "a")])
    body = registration_body(definition, None, {"a": 1})
    assert body == {"definition": definition, "id": definition_id(definition), "description": None, "tags": {"a": "1"}}
