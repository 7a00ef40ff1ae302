"""What hyperstep offers of ``azureml``: the tables of the served modules, and what their names stand for."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from hyperstep.azureml_v1.pipeline.unbuilt import Unbuilt
from hyperstep.shim import shim_path

_JOB_RUN = "hyperstep_trial.run"
_ENGINE_RUN = "hyperstep.azureml_v1.core.run"


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """Served module to its table: offered name to ``"module"`` or ``"module:Name"`` where it is defined."""
    root = shim_path()
    found = {}
    for file in sorted(root.rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found[module] = _table(file.read_text(encoding="utf-8"))
    return found


@cache
def resolve(module: str, name: str) -> object:
    """The object behind an offered name.

    Raises:
        KeyError: No such module is served, or it offers no such name.
    """
    place, _, attribute = _places(module)[name].partition(":")
    return getattr(import_module(place), attribute or name)


def offers(module: str, name: str) -> bool:
    """Whether a served module offers a name."""
    return is_module(module) and name in _places(module)


@cache
def _places(module: str) -> Mapping[str, str]:
    """The names that a served module has: its table, and that of the package above it."""
    return {**tables().get(module.rpartition(".")[0], {}), **tables()[module]}


def is_module(module: str) -> bool:
    """Whether a module of that name is served."""
    return module in tables()


def is_unbuilt(value: object) -> bool:
    """Whether a name can be imported but fails at each use."""
    return isinstance(value, type) and issubclass(value, Unbuilt)


def classes_behind(value: object) -> list[type]:
    """The classes that stand behind one offered class: the run of a job stands for the engine's run too."""
    if not isinstance(value, type):
        return []
    if value.__module__ == _JOB_RUN and value.__name__ == "Run":
        engine: type = import_module(_ENGINE_RUN).Run
        return [value, engine]
    return [value]


def has_member(value: object, name: str) -> bool:
    """Whether a class (or what stands behind it) has a member: a class attribute, or one that its constructor sets."""
    return not is_unbuilt(value) and any(_class_has(cls, name) for cls in classes_behind(value))


def _class_has(cls: type, name: str) -> bool:
    if hasattr(cls, name):
        return True
    return any(name in inspect.get_annotations(base) or name in _set_on_self(base) for base in cls.__mro__)


@cache
def _set_on_self(cls: type) -> frozenset[str]:
    """The attributes that a class of ours sets on its instances."""
    if not cls.__module__.startswith("hyperstep"):
        return frozenset()
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    return frozenset(_assigned_attributes(tree))


def _assigned_attributes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            yield node.attr


def _table(source: str) -> dict[str, str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            table: dict[str, str] = ast.literal_eval(node.value.args[1])
            return table
    return {}
