"""The datastores that are there without anybody having made them."""

from __future__ import annotations

DEFAULT_DATASTORES = ("workspaceblobstore", "workspacefilestore")
"""What every workspace has from the start, the first being its default."""
