"""How much of the v1 API in scope is there: ``python -m hyperstep.compatibility.report`` prints it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from hyperstep.compatibility.conformance import Finding, State, compare
from hyperstep.compatibility.presence import missing_in_use

_CALLABLE = {State.EQUAL, State.WIDER, State.DIFFERENT}


class Report(Struct, frozen=True):
    """The findings, and what public projects use that is not there.

    Attributes:
        findings: One for each name in scope.
        missing_in_use: Names with at least two cases that cannot be imported or have no such member.
    """

    findings: Sequence[Finding]
    missing_in_use: Sequence[str]

    def in_state(self, *states: State) -> list[Finding]:
        """The findings in one of the states."""
        return [finding for finding in self.findings if finding.state in states]

    def lines(self) -> list[str]:
        """The report as text."""
        count = Counter(finding.state for finding in self.findings)
        present = sum(count[state] for state in (State.PRESENT, *_CALLABLE))
        compared = sum(count[state] for state in _CALLABLE)
        return [
            f"names in scope: {len(self.findings)}",
            f"present: {present}",
            f"signature-equal: {count[State.EQUAL]} of {compared} that can be called",
            f"wider, so that every call of v1 fits: {count[State.WIDER]}",
            f"refused: {count[State.REFUSED]}",
            f"missing: {count[State.MISSING]}",
            f"different: {count[State.DIFFERENT]}",
            f"used by two public projects or more, and missing: {len(self.missing_in_use)}",
            *_section("missing", self.in_state(State.MISSING)),
            *_section("different", self.in_state(State.DIFFERENT)),
            *_section("wider", self.in_state(State.WIDER)),
            *(f"in use and missing: {name}" for name in self.missing_in_use),
        ]


def make_report() -> Report:
    """Compare everything."""
    return Report(list(compare()), missing_in_use(at_least=2))


def main() -> int:
    """Print the report; 1 when a name in use is missing."""
    report = make_report()
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 1 if report.missing_in_use else 0


def _section(title: str, findings: Iterable[Finding]) -> list[str]:
    return [f"{title}: {found.name}{f'  {found.difference}' if found.difference else ''}" for found in findings]


if __name__ == "__main__":
    sys.exit(main())
