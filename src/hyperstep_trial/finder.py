"""Serves ``azureml`` and everything below it from hyperstep's own folder, in front of an installed SDK."""

from __future__ import annotations

import sys
from _frozen_importlib_external import PathFinder  # what importlib.machinery re-exports, without importing importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_ROOT = "azureml"
_IMPORTING = "_find_and_load_unlocked"
_REFUSALS = "hyperstep.compatibility.refused"  # named, not imported: the client never depends on the engine


class ShimFinder:
    """A meta path finder for the ``azureml`` names.

    Args:
        shim_path: The folder that holds hyperstep's ``azureml`` package.
    """

    def __init__(self, shim_path: str) -> None:
        self.shim_path = shim_path

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's spec when it is one of ours, else None.

        Raises:
            ModuleNotFoundError: A module below ``azureml`` that is not served is imported (not only asked for); the
                message says what to do instead.
        """
        if fullname == _ROOT:
            return PathFinder.find_spec(fullname, [self.shim_path], target)
        if not fullname.startswith(_ROOT + "."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None and _is_import():
            raise _not_served(fullname, path or ())
        return spec


def install(shim_path: str, *, at_start: bool = False) -> None:
    """Put the finder in front of all others; a second call changes nothing.

    An SDK's bare ``azureml`` namespace, which its ``.pth`` files import into every process, is replaced.

    Args:
        shim_path: The folder that holds hyperstep's ``azureml`` package.
        at_start: Whether no user code has run yet: then whatever ``.pth`` files imported of the SDK is replaced too.

    Raises:
        ImportError: Modules of an installed SDK are in use already.
    """
    foreign = {name: module for name, module in sys.modules.items() if _is_foreign(name, module, shim_path)}
    used = sorted(name for name, module in foreign.items() if name != _ROOT and getattr(module, "__file__", None))
    if used and not at_start:
        message = (
            f"Another azureml is in use in this process already: {used[0]} from {foreign[used[0]].__file__}. "
            "Restart the kernel (or the process) and import hyperstep.azureml first."
        )
        raise ImportError(message, name=_ROOT)
    for name in foreign:
        del sys.modules[name]
    others = [finder for finder in sys.meta_path if not isinstance(finder, ShimFinder)]
    sys.meta_path[:] = [ShimFinder(shim_path), *others]


def _is_import() -> bool:
    """Whether ``find_spec`` was called to import, not by ``importlib.util.find_spec``. Unsure is no."""
    try:
        return sys._getframe(3).f_code.co_name == _IMPORTING  # noqa: SLF001 - the caller of importlib's _find_spec
    except ValueError:
        return False


def _not_served(fullname: str, folders: Sequence[str]) -> ModuleNotFoundError:
    __import__(_REFUSALS)
    refusal = sys.modules[_REFUSALS].refusal_of(fullname)
    package = fullname.rpartition(".")[0]
    offered = f"Import from {package} itself, or from one of its modules: {', '.join(_modules_in(folders))}."
    return ModuleNotFoundError(f"hyperstep has no module {fullname}. {refusal or offered}", name=fullname)


def _modules_in(folders: Sequence[str]) -> list[str]:
    import os  # noqa: PLC0415 - needed for a mistake only

    names = {name.removesuffix(".py") for folder in folders for name in os.listdir(folder)}  # noqa: PTH208 - no pathlib
    return sorted(name for name in names if not name.startswith("_"))


def _is_foreign(name: str, module: ModuleType, shim_path: str) -> bool:
    if name != _ROOT and not name.startswith(_ROOT + "."):
        return False
    return not (getattr(module, "__file__", None) or "").startswith(shim_path)
