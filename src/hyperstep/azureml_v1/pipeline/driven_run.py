"""What the runs of a pipeline and of its steps refuse: a runner drives them."""

from __future__ import annotations

from typing import ClassVar, Never

from hyperstep.azureml_v1.core.run import Run
from hyperstep.errors import UnsupportedError


class DrivenRun(Run):
    """A run that no script ends, and that takes no children from one."""

    _end_rule: ClassVar[str]
    """When it ends."""
    _children_rule: ClassVar[str]
    """Which children it has."""

    def complete(self) -> Never:  # type: ignore[override]  # v1's signature
        """Refused, as in v1.

        Raises:
            UnsupportedError: Always; it is a NotImplementedError.
        """
        raise UnsupportedError(self._end_rule, received="complete", remedy="Wait for it, or cancel it.")

    def fail(self) -> Never:  # type: ignore[override]  # v1's signature
        """Refused, as in v1.

        Raises:
            UnsupportedError: Always; it is a NotImplementedError.
        """
        raise UnsupportedError(self._end_rule, received="fail", remedy="Wait for it, or cancel it.")

    def child_run(
        self,
        name: str | None = None,
        run_id: str | None = None,  # noqa: ARG002 - v1's signature
        outputs: str | bool | None = None,  # noqa: ARG002
    ) -> Never:
        """Refused, as in v1.

        Raises:
            UnsupportedError: Always; it is a NotImplementedError.
        """
        raise UnsupportedError(self._children_rule, received=name, remedy="Add a step to the pipeline.")
