"""Two things that only C can do, called without loading ctypes; None where there is no way to."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def c_flush() -> Callable[[], object] | None:
    """A function that calls ``fflush(NULL)``: it writes what C code has printed."""
    try:
        import _ctypes  # noqa: PLC0415

        address = _ctypes.dlsym(_ctypes.dlopen(None, 0), "fflush")  # type: ignore[arg-type]
    except (ImportError, OSError, AttributeError):
        return None
    call = _ctypes.call_function
    return lambda: call(address, (None,))


def dict_swap() -> Callable[[dict, dict], object] | None:  # type: ignore[type-arg]
    """A function that swaps what two dictionaries hold, and touches none of it."""
    try:
        import _ctypes  # noqa: PLC0415

        class Pointer(_ctypes._SimpleCData):  # type: ignore[type-arg]  # noqa: SLF001
            _type_ = "P"

        address = _ctypes.dlsym(_ctypes.dlopen(None, 0), "memmove")  # type: ignore[arg-type]
        spare = bytes(dict.__basicsize__)
    except (ImportError, OSError, AttributeError, TypeError):
        return None
    call = _ctypes.call_function
    head, held = object.__basicsize__, dict.__basicsize__ - object.__basicsize__

    def swap(one: dict, other: dict) -> None:  # type: ignore[type-arg]
        ours, theirs = id(one) + head, id(other) + head
        between = id(spare) + bytes.__basicsize__ - 1
        for target, source in ((between, ours), (ours, theirs), (theirs, between)):
            call(address, (Pointer(target), Pointer(source), held))

    return swap if _works(swap) else None


def _works(swap: Callable[[dict, dict], object]) -> bool:  # type: ignore[type-arg]
    one, other = {"a": 1}, {"b": 2, "c": 3}
    swap(one, other)
    return one == {"b": 2, "c": 3} and other == {"a": 1} and [*one, *other] == ["b", "c", "a"]
