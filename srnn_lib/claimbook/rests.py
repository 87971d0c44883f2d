"""What the numbers that a chapter hands to `judge` rest on: something that was computed, or constants in disguise.

A number counts as computed if it comes, by whatever names, from a call of the library, or from a call that was given a
parameter of the chapter. What only carries numbers on, such as `float` or `exact`, is no computation, nor is a function
of the chapter in which nothing is computed. This looks at the code alone: whoever adds zero times a measured value
to a constant is not found.
"""

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# Calls that only carry a number on.
CARRIERS = {
    "Estimate", "abs", "append", "array", "asarray", "astype", "bool", "deepcopy", "dict", "digits", "eval", "exact",
    "float", "float32", "float64", "full", "full_like", "get", "int", "item", "list", "literal_eval", "loads", "map",
    "max", "mean", "median", "min", "ones", "replace", "round", "set", "share", "smallest", "largest", "sorted", "str",
    "sum", "tensor", "to_steps", "tolist", "tuple", "update", "zeros", "zip",
}  # fmt: skip
# Of the library, these judge, round and draw.
_NO_SOURCE = ("srnn_lib.claimbook", "srnn_lib.figures")
_LOOPS = ast.For | ast.comprehension


@dataclass(frozen=True)
class Cells:
    """What the names of a chapter are set to and changed by, and which are parameters or come from the library."""

    bound: Mapping[str, list[ast.AST]]
    changed: Mapping[str, list[ast.AST]]
    parameters: frozenset[str]
    library: frozenset[str]

    def is_computed(self, node: ast.AST) -> bool:
        """Whether an expression contains something that was computed, by whatever names."""
        reached = list(self._reached(node))
        given = any(isinstance(each, ast.Name) and each.id in self.parameters for each in reached)
        calls = [each for each in reached if isinstance(each, ast.Call)]
        return any(_root(call.func) in self.library for call in calls) or self._is_unknown(reached) or (
            given and any(called(call) not in CARRIERS and called(call) not in self.bound for call in calls)
        )  # fmt: skip

    def _reached(self, node: ast.AST) -> Iterator[ast.AST]:
        """All parts of an expression, and of what the names in it are set to."""
        waiting, seen = [node], set[str]()
        while waiting:
            for part in ast.walk(waiting.pop()):
                yield part
                if isinstance(part, ast.Name) and part.id not in seen:
                    seen.add(part.id)
                    waiting += [*self.bound.get(part.id, []), *self.changed.get(part.id, [])]

    def _is_unknown(self, reached: Iterable[ast.AST]) -> bool:
        """Whether a name is called or read that nothing says anything about; the run itself refuses such a one."""
        names = {each.id for each in reached if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
        return bool(names - set(self.bound) - set(dir(builtins)) - self.parameters)


def read_cells(trees: Iterable[ast.Module], parameters: Iterable[str]) -> Cells:
    """The names of a chapter with these cells and parameters."""
    bound, changed = defaultdict[str, list[ast.AST]](list), defaultdict[str, list[ast.AST]](list)
    library = set[str]()
    for node in (node for tree in trees for node in ast.walk(tree)):
        for found, pairs in ((bound, _bindings(node)), (changed, _changes(node))):
            for name, value in pairs:
                found[name].append(value)
        if isinstance(node, ast.Import | ast.ImportFrom):
            library |= set(_of_library(node))
    return Cells(bound, changed, frozenset(parameters) - {"scale"}, frozenset(library))


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _root(node: ast.AST) -> str:
    """The first name of a chain such as `a.b[c].d`; empty if there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Names that a statement or an expression sets or changes, with what it sets them to."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
        if node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((name, node.value) for target in targets for name in _set(target))
    elif isinstance(node, _LOOPS):
        yield from ((name, node.iter) for name in _set(node.target))
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield from ((name, node.context_expr) for name in _set(node.optional_vars))
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name, node
    elif isinstance(node, ast.arg):
        yield node.arg, ast.Constant(None)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name.partition(".")[0], ast.Constant(None)) for alias in node.names)


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The name that a statement such as `found.append(value)` may change, with the call."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and (name := _root(call.func)):
        yield name, call


def _set(target: ast.AST) -> Iterator[str]:
    """The names in a target, also of those of which a part is set."""
    if isinstance(target, ast.Tuple | ast.List):
        yield from (name for each in target.elts for name in _set(each))
    elif name := _root(target.value if isinstance(target, ast.Starred) else target):
        yield name


def _of_library(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Names that an import binds to something of the library that computes."""
    for alias in node.names:
        whole = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        if whole.startswith("srnn_lib") and not whole.startswith(_NO_SOURCE):
            yield alias.asname or alias.name.partition(".")[0]
