"""A private package of v1's from which scripts take the root of its exceptions."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {})
