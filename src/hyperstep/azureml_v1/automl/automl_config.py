"""AutoMLConfig and FeaturizationConfig: they hold what they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

from hyperstep.azureml_v1.automl.refusal import refuse

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment


class AutoMLConfig:
    """What automated machine learning would do. Kept; submitting it is refused.

    Args:
        task: ``classification``, ``regression``, ``forecasting`` or a task on images or text.
        path: Folder of the project.
        iterations: Most models to try.
        primary_metric: What to optimize.
        **kwargs: All further settings of v1, by name.
    """

    def __init__(
        self,
        task: str,
        path: str | None = None,
        iterations: int | None = None,
        primary_metric: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - some sixty settings
    ) -> None:
        self.user_settings: dict[str, Any] = {
            "task_type": task,
            "path": path,
            "iterations": iterations,
            "primary_metric": primary_metric,
            **kwargs,
        }

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.user_settings.items() if value is not None)
        return f"AutoMLConfig({given})"

    def _submit(self, experiment: Experiment, tags: Mapping[str, object] | None = None, **kwargs: object) -> Never:
        del experiment, tags, kwargs
        refuse("Submitting an AutoMLConfig")


class FeaturizationConfig:
    """How columns would be prepared. Kept.

    Args:
        blocked_transformers: Not to be used.
        column_purposes: By column.
        transformer_params: By transformer, pairs of columns and parameters.
        dataset_language: Of texts in the columns.
        prediction_transform_type: Of the predictions.
    """

    def __init__(
        self,
        blocked_transformers: Sequence[str] | None = None,
        column_purposes: Mapping[str, str] | None = None,
        transformer_params: Mapping[str, Sequence[Any]] | None = None,
        dataset_language: str | None = None,
        prediction_transform_type: str | None = None,
    ) -> None:
        self.blocked_transformers = list(blocked_transformers or [])
        self.column_purposes = dict(column_purposes or {})
        self.transformer_params = {name: list(pairs) for name, pairs in (transformer_params or {}).items()}
        self.dataset_language = dataset_language
        self.prediction_transform_type = prediction_transform_type

    def add_blocked_transformers(self, transformers: str | Sequence[str]) -> None:
        """Block transformers."""
        self.blocked_transformers += [transformers] if isinstance(transformers, str) else list(transformers)

    def add_column_purpose(self, column_name: str, feature_type: str) -> None:
        """Say what a column is."""
        self.column_purposes[column_name] = feature_type

    def add_transformer_params(self, transformer: str, cols: Sequence[str], params: Mapping[str, Any]) -> None:
        """Give a transformer parameters for columns."""
        self.transformer_params.setdefault(transformer, []).append((list(cols), dict(params)))
