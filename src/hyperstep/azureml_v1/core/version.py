"""Which version of the v1 API is followed."""

from __future__ import annotations

VERSION = "1.61.0"
"""What ``azureml.core.VERSION`` says."""
