"""Module attributes that are imported when first used (PEP 562): what the files of ``shim_path`` are made of.

Source: PEP 562, module ``__getattr__`` and ``__dir__``.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # a name that type checkers know; ``typing`` itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType

_NEAREST_COUNT = 3
_OFFERED: dict[str, Mapping[str, str]] = {}
"""What each module offers, since a module below a package offers the package's names too."""
_REFUSALS = "hyperstep.compatibility.refused"  # named, not imported: it stands above, and is needed for a mistake only


def lazy_names(
    module_name: str, targets: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """What a module needs to offer names that other modules define, and to load each when it is first used.

    A module uses it as ``__getattr__, __dir__, __all__ = lazy_names(__name__, {...})``. Submodules of a package are
    found as attributes too, without being listed. So are the names that the package above offers: v1's modules imported
    from each other, and scripts take a name from whichever of them had it.

    Args:
        module_name: The module that offers the names: its ``__name__``.
        targets: Offered name to where it is defined: ``"package.module"`` when it has the same name there, else
            ``"package.module:Name"``.

    Returns:
        The module's ``__getattr__``, its ``__dir__`` and its ``__all__``. The first raises AttributeError for an
        unknown name, and ImportError when that name is asked for by ``from module import name``; both list what exists.
    """
    _OFFERED[module_name] = targets

    def load(name: str) -> object:
        target = targets.get(name)
        if target is None and name.startswith("__"):
            message = f"module {module_name!r} has no attribute {name!r}"
            raise AttributeError(message)
        if target is None and _is_submodule(module_name, name):
            return sys.modules[f"{module_name}.{name}"]
        target = target or _OFFERED.get(module_name.rpartition(".")[0], {}).get(name)
        if target is None:
            raise _unknown(module_name, name, sorted(known for known in targets if not known.startswith("__")))
        value = _resolve(target, name)
        setattr(sys.modules[module_name], name, value)
        return value

    def listing() -> list[str]:
        return sorted({*vars(sys.modules[module_name]), *targets})

    return load, listing, sorted(name for name in targets if not name.startswith("_"))


def _resolve(target: str, name: str) -> object:
    module, _, attribute = target.partition(":")
    __import__(module)
    return getattr(sys.modules[module], attribute or name)


def _is_submodule(module_name: str, name: str) -> bool:
    if not hasattr(sys.modules[module_name], "__path__"):
        return False
    full_name = f"{module_name}.{name}"
    try:
        __import__(full_name)
    except ModuleNotFoundError as error:
        if error.name == full_name:
            return False
        raise
    return True


def _unknown(module_name: str, name: str, known: list[str]) -> AttributeError | ImportError:
    import difflib  # noqa: PLC0415 - needed for a mistake only

    __import__(_REFUSALS)
    refusal = sys.modules[_REFUSALS].refusal_of(f"{module_name}.{name}")
    parts = [f"hyperstep has no {module_name}.{name}."]
    if refusal is not None:
        parts.append(str(refusal))
    nearest = difflib.get_close_matches(name, known, n=_NEAREST_COUNT)
    if nearest:
        parts.append(f"Nearest: {', '.join(nearest)}.")
    parts.append(f"{module_name} offers: {', '.join(known) or 'no names of its own, only submodules'}.")
    message = " ".join(parts)
    if _asked_by_import():
        return ImportError(message, name=module_name)
    return AttributeError(message, name=name, obj=sys.modules[module_name])


def _asked_by_import() -> bool:
    """Whether ``from module import name`` asks: it would replace an AttributeError's text by its own."""
    import opcode  # noqa: PLC0415 - needed for a mistake only

    frame = sys._getframe(3)  # noqa: SLF001 - the caller of the module's __getattr__
    code: CodeType = frame.f_code
    return code.co_code[frame.f_lasti] == opcode.opmap["IMPORT_FROM"]
