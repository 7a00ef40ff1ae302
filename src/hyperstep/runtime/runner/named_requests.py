"""What jobs ask about named things that exist: to replace a version's body, to remove a version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.run_store.base import CHANGED_BY, REGISTERED_BY
from hyperstep.runtime.runner.context import RunnerContext


def _replace(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    store = context.home.store
    known = store.named(body["workspace"], body["kind"], body["name"], body["version"])
    changed = {**body["body"], CHANGED_BY: context.root.id}
    if changed.get(REGISTERED_BY) != context.root.id:
        changed.pop(REGISTERED_BY, None)
    return store.replace_named(replace(known, body=changed), expected=body["expected"])


def _remove(context: RunnerContext, body: Mapping[str, Any]) -> Json:
    context.home.store.remove_named(body["workspace"], body["kind"], body["name"], body["version"])
    return None


NAMED_REQUESTS: Mapping[str, Callable[[RunnerContext, Mapping[str, Any]], Json]] = {
    "replace_named": _replace,
    "remove_named": _remove,
}
"""By kind of request; each answers what the job is told."""
