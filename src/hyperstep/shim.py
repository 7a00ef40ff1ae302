"""Where the ``azureml`` package stands that hyperstep serves to scripts."""

from __future__ import annotations

from pathlib import Path


def shim_path() -> Path:
    """The folder that holds the ``azureml`` package. It is not on the path: the finder serves it."""
    return Path(__file__).resolve().parent / "shim_path"
