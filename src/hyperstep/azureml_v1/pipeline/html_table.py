"""Tables that notebooks show in place of an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def html_table(rows: Sequence[Mapping[str, object]]) -> str:
    """A table with a row for each mapping; the keys of the first are its head.

    Args:
        rows: At least one; values are shown as text.
    """
    from html import escape  # noqa: PLC0415 - notebooks only

    head = "".join(f"<th>{escape(key)}</th>" for key in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row.values())}</tr>" for row in rows)
    return f'<table style="width:100%"><tr>{head}</tr>{body}</table>'
