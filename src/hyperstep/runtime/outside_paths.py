"""Which arguments of a script name what lies outside of its snapshot: absolute paths, wherever they stand in them."""

from __future__ import annotations

import os
import re

_ADDRESS = re.compile(r"(?!file:)\b[a-z][\w+.-]*://(?!/)[^\s,;|\"']*", re.IGNORECASE)
"""What names a host: no path of this machine, nor are those in its query."""
_FILE_ADDRESS = re.compile(r"file://(localhost)?(?=/)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\+(?:/|u002f)", re.IGNORECASE)
"""A slash as JSON may write it, also within a text within JSON."""
_PATH = re.compile(
    r"""(?: ^ | ^-\w | (?<= [\s=:,;|@+"'(\[{<>] ) )  # where one may begin, in --name=…, scheme:…, lists, JSON
        ( (?: [/~] | \$\w+ | \$\{\w+\} )
          [^\s=:,;|@"')\]}<>*?\[{]* )  # to the next thing, or to the first wildcard""",
    re.VERBOSE,
)


def absolute_paths_in(argument: str) -> tuple[str, ...]:
    """The beginnings of absolute paths in an argument, up to the first character that may end one, or is a wildcard.

    Paths that begin with ``~`` or a variable are among them as they are written. The root folder alone is none: it is
    rather a separator.
    """
    text = _FILE_ADDRESS.sub(" ", _ADDRESS.sub(" ", _ESCAPED.sub("/", argument)))
    found = (re.sub("^/+", "/", match.group(1)) for match in _PATH.finditer(text))
    return tuple(path for path in found if path != "/")


def names_outside(argument: str) -> bool:
    """Whether an argument names an absolute path where something is, or may be by the time that a script looks.

    That is one that exists, or whose folder does: not ``/predict``, as nobody puts data there. One into the script's
    own folder counts too: trials work in copies of that folder, and such a path leads past the copy.
    """
    return any(_may_be_there(path) for path in absolute_paths_in(argument))


def _may_be_there(path: str) -> bool:
    """Asked by ``os.path``, as ``Path`` raises for an unknown user and for too long a name."""
    place = os.path.expandvars(os.path.expanduser(path)).rstrip("/") or "/"  # noqa: PTH111
    if not os.path.isabs(place):  # noqa: PTH117
        return False
    folder = os.path.dirname(place)  # noqa: PTH120
    return os.path.lexists(place) or (folder != "/" and os.path.isdir(folder))  # noqa: PTH112
