"""What is kept by an id (published pipelines, endpoints, schedules, drafts): a job that reads it notes so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hyperstep.azureml_v1.core.reading import note_kept

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.runtime.named_records import Identified, NamedRecords

    R = TypeVar("R", bound=Identified)


def find_kept(records: NamedRecords[R], workspace: Workspace, record_id: str) -> R:
    """The record of that id.

    Raises:
        NotFoundError: There is none.
    """
    note_kept(workspace.home, workspace.name, records.kind, record_id)
    return records.find(workspace.home, workspace.name, record_id)


def all_kept(records: NamedRecords[R], workspace: Workspace) -> list[R]:
    """All records, newest first."""
    note_kept(workspace.home, workspace.name, records.kind)
    return records.all(workspace.home, workspace.name)
