"""Reads code without running it, and says which names of azureml, numpy, pandas and scikit-learn it uses where."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from hyperstep.compatibility import offered
from hyperstep.compatibility.inference import given_by
from hyperstep.compatibility.used import Place, Use, UsedName
from hyperstep.compatibility.values import (
    Kind,
    Value,
    class_name,
    is_azureml,
    is_known,
    named,
    object_of,
    one_of,
    result_of,
    root_of,
    thing,
)

_FRAME = UsedName("pandas", "DataFrame")
_FRAME_APPEND = replace(_FRAME, member="append")
_MEMBERS_THAT_TELL = {
    "as_matrix": _FRAME,
    "iteritems": _FRAME,
    "ix": _FRAME,
    "get_feature_names": UsedName("sklearn.feature_extraction.text", "CountVectorizer"),
}
_ROOTS = frozenset({"azureml", "numpy", "pandas", "sklearn"})


class Reader(ast.NodeVisitor):
    """Collects the uses of names in code that shares one namespace.

    Args:
        file: Where the code is from.
        cell: The notebook's cell; 0 in a script. Set it before each part.
    """

    def __init__(self, file: Path, cell: int = 0) -> None:
        self._file = file
        self.cell = cell
        self._scope: dict[str, Value] = {}
        self.uses: list[Use] = []

    def visit_Import(self, node: ast.Import) -> None:
        """``import a.b``, ``import a.b as c``."""
        for alias in node.names:
            if root_of(alias.name) not in _ROOTS:
                self._scope.pop((alias.asname or root_of(alias.name)), None)
                continue
            self._record(UsedName(alias.name), node)
            if alias.asname:
                self._scope[alias.asname] = Value(Kind.MODULE, UsedName(alias.name))
            else:
                self._scope[root_of(alias.name)] = Value(Kind.MODULE, UsedName(root_of(alias.name)))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """``from a import b as c``, ``from a import *``."""
        module = node.module or ""
        for alias in node.names:
            if node.level or root_of(module) not in _ROOTS:
                self._scope.pop(alias.asname or alias.name, None)
            elif alias.name == "*":
                self._record(UsedName(module), node)
                self._scope.update({name: thing(module, name) for name in offered.tables().get(module, {})})
            else:
                value = thing(module, alias.name)
                self._record(value.used, node)
                self._scope[alias.asname or alias.name] = value

    def visit_Name(self, node: ast.Name) -> Value | None:
        """A name on its own. A use of what was imported by a star is recorded here."""
        value = self._scope.get(node.id)
        if value is not None and value.kind is Kind.CLASS:
            self._record(value.used, node)
        return value

    def visit_Attribute(self, node: ast.Attribute) -> Value | None:
        """``a.b``: a submodule, a module's name, a class's or an object's member."""
        base = self.visit(node.value)
        if isinstance(base, Value) and base.kind is Kind.MEMBER:
            base = result_of(base, [])
        if not isinstance(base, Value) or base.kind is Kind.SEVERAL:
            self._guess(node)
            return None
        if base.kind is not Kind.MODULE:
            return self._member(base, node)
        value = thing(base.used.module, node.attr)
        if value.kind is Kind.CLASS or not is_azureml(value.used):
            self._record(value.used, node)
        return value

    def visit_Call(self, node: ast.Call) -> Value | None:
        """``f(...)``: keyword arguments are recorded, the result's class is inferred."""
        function = self.visit(node.func)
        arguments = [self.visit(argument) for argument in node.args]
        for keyword in node.keywords:
            self.visit(keyword.value)
        if not isinstance(function, Value):
            return None
        for keyword in node.keywords:
            if keyword.arg:
                self._record(replace(function.used, keyword=keyword.arg), keyword.value)
        return result_of(function, arguments)

    def visit_Subscript(self, node: ast.Subscript) -> Value | None:
        """``a[b]``: one of several."""
        value = self.visit(node.value)
        self.visit(node.slice)
        return one_of(value)

    def visit_Assign(self, node: ast.Assign) -> None:
        """``a = b``."""
        value = self.visit(node.value)
        if _appends(node.value) and self._imported("pandas"):
            self._record(_FRAME_APPEND, node.value)  # a list's append gives nothing to assign
        for target in node.targets:
            self._bind(target, value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """``a: T = b``."""
        kind = self.visit(node.annotation)
        value = self.visit(node.value) if node.value else None
        self._bind(node.target, value or object_of(kind))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Value | None:
        """``(a := b)``."""
        value: Value | None = self.visit(node.value)
        self._bind(node.target, value)
        return value

    def visit_For(self, node: ast.For) -> None:
        """``for a in b``."""
        self._bind(node.target, one_of(self.visit(node.iter)))
        self._visit_all((*node.body, *node.orelse))

    def visit_withitem(self, node: ast.withitem) -> None:
        """``with a as b``."""
        value = self.visit(node.context_expr)
        if node.optional_vars is not None:
            self._bind(node.optional_vars, value)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """``for a in b`` inside brackets."""
        self._bind(node.target, one_of(self.visit(node.iter)))
        self._visit_all(node.ifs)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """The loops come before what is made in them."""
        self._visit_all((*node.generators, node.elt))

    visit_SetComp = visit_GeneratorExp = visit_ListComp  # noqa: N815 - the name that ast calls

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """The loops come before what is made in them."""
        self._visit_all((*node.generators, node.key, node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function sees the names outside of it; its parameters are unknown unless annotated."""
        self._visit_all((*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)))
        parameters = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        with self._inner_scope():
            for parameter in parameters:
                kind = self.visit(parameter.annotation) if parameter.annotation else None
                self._bind_name(parameter.arg, object_of(kind))
            self._visit_all(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name that ast calls

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    @contextmanager
    def _inner_scope(self) -> Iterator[None]:
        outer = dict(self._scope)
        yield
        self._scope = outer

    def _bind(self, target: ast.expr, value: object) -> None:
        if isinstance(target, ast.Name):
            self._bind_name(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._bind(element, None)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            self.visit(target)

    def _bind_name(self, name: str, value: object) -> None:
        if isinstance(value, Value):
            self._scope[name] = value
        else:
            self._scope.pop(name, None)

    def _member(self, base: Value, node: ast.Attribute) -> Value | None:
        used = replace(base.used, member=node.attr)
        if isinstance(node.ctx, ast.Load) or is_known(used):
            self._record(used, node)
        given = given_by(class_name(base.used), node.attr) or ""
        if given.startswith("="):
            return named(Kind.CLASS, given[1:])
        return Value(Kind.MEMBER, used)

    def _guess(self, node: ast.Attribute) -> None:
        """A member of an unknown object that only data frames and vectorizers have."""
        guess = _MEMBERS_THAT_TELL.get(node.attr)
        if guess is not None and self._imported(guess.module):
            self._record(replace(guess, member=node.attr), node)

    def _imported(self, module: str) -> bool:
        return any(root_of(use.used.module) == root_of(module) for use in self.uses)

    def _record(self, used: UsedName, node: ast.expr | ast.stmt) -> None:
        self.uses.append(Use(used, Place(self._file, self.cell, node.lineno)))


def _appends(value: ast.expr) -> bool:
    """Whether a value is what ``something.append(...)`` gives, that something being unknown."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "append"
