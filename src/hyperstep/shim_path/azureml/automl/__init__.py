"""Packages of automated machine learning, found as submodules."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {})
