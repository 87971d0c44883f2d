"""What is wrong with the stored verdicts: missing, edited, not computed, stale, not what is published."""

import ast
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from srnn_lib import notebooks
from srnn_lib.book import chapters, claims, scoreboard
from srnn_lib.book.chapters import Chapter
from srnn_lib.book.scoreboard import Board
from srnn_lib.checks import BadInput

REMEDY = "run: python -m srnn_lib claims --write"
# Calls that only carry a number on; any other call counts as a computation.
CARRIERS = {
    "Estimate", "abs", "array", "asarray", "bool", "exact", "float", "int", "max", "mean", "median", "min",
    "round", "share", "sum", "tensor",
}  # fmt: skip


def problems(board: Board) -> list[str]:
    """One line per fault; none where every verdict was computed and the generated files agree with them."""
    found = [problem for chapter in board.chapters for problem in _chapter(chapter, board)]
    written = {chapter.id for chapter in board.chapters}
    for name, claim in board.claims.items():
        if claim.chapter in written and name not in board.verdicts:
            found.append(f"{claim.chapter}: {name} has no stored verdict")
    return found + _generated(board)


def _chapter(chapter: Chapter, board: Board) -> Iterator[str]:
    state = chapters.state(chapter)
    if state.kind != "fresh":
        yield f"{chapter.id}: {state.kind}{': ' * bool(state.reason)}{state.reason}"
    else:
        yield from (f"{chapter.id}: {fault}" for fault in notebooks.unfinished(chapter.nb))
    seen: set[str] = set()
    for cell, payload, data in scoreboard.payloads(chapter.nb):
        name = str(payload.get("claim"))
        yield from (f"{chapter.id}: {name} {fault}" for fault in _verdict(chapter, board, cell, payload, data))
        if name in seen:
            yield f"{chapter.id}: {name} has two stored verdicts"
        seen.add(name)
    yield from (f"{chapter.id}: {fault}" for fault in _sources(chapter.nb))


def _verdict(chapter: Chapter, board: Board, cell: NotebookNode, payload: dict, data: dict) -> Iterator[str]:
    claim = board.claims.get(payload.get("claim"))
    if claim is None:
        yield "is not in the registry"
        return
    if claim.chapter != chapter.id:
        yield f"belongs to {claim.chapter}"
    if not notebooks.has(cell, "verdict"):
        yield "stands in a cell without the tag 'verdict'"
    if cell.execution_count is None:
        yield "stands in a cell that was not executed"
    if claim.id not in {name for name, _ in _judgements(cell.source)}:
        yield f'is in a cell that does not call judge("{claim.id}", ...)'
    try:
        again, _ = (verdict := claims.restore(claim, payload))._repr_mimebundle_()
    except BadInput as error:
        yield f"does not fit the registry: {error}"
        return
    if payload != verdict.payload or any(data.get(kind) != text for kind, text in again.items()):
        yield f"is not what its stored values give today, which is: {verdict.word}"


def _sources(nb: NotebookNode) -> Iterator[str]:
    """Faults in how the code of `nb` calls `judge`."""
    trees = [notebooks.parse(cell.source) for cell in notebooks.code_cells(nb)]
    judgements = [each for cell in notebooks.code_cells(nb) for each in _judgements(cell.source)]
    if judgements and not _one_judge(trees):
        yield "`judge` is not made once, by judge = claims.Judge(scale)"
    constants = _constants(trees)
    for name, call in judgements:
        for quantity in call.keywords:
            if _is_constant(quantity.value, constants):
                yield f"{name} is handed a constant as {quantity.arg}, not a measured value"
        if any(_is_constant(levels, constants) for levels in call.args[1:]):
            yield f"{name} is handed constants, not measured values"


def _judgements(source: str) -> list[tuple[str, ast.Call]]:
    calls = [node for node in ast.walk(notebooks.parse(source)) if isinstance(node, ast.Call)]
    return [
        (call.args[0].value, call)
        for call in calls
        if _called(call) == "judge" and call.args and isinstance(call.args[0], ast.Constant)
    ]


def _one_judge(trees: list[ast.Module]) -> bool:
    bound = [value for name, value in _bindings(trees) if name == "judge"]
    made = bound[0] if len(bound) == 1 else None
    return isinstance(made, ast.Call) and _called(made) == "Judge" and ast.unparse(made.args) == "scale"


def _constants(trees: list[ast.Module]) -> set[str]:
    """Names that are only ever set to constants."""
    bound, constants = _bindings(trees), set()
    names = {name for name, _ in bound}
    while True:
        more = {n for n in names if all(_is_constant(value, constants) for name, value in bound if name == n)}
        if more == constants:
            return constants
        constants = more


def _bindings(trees: list[ast.Module]) -> list[tuple[str, Any]]:
    """Every name that is set, with the expression it is set to; None where that is not a plain assignment.

    An imported name counts as set to a constant: it was not measured.
    """
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain, found = {}, []
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            plain |= {id(target): node.value for target in targets}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.id, plain.get(id(node))))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append((node.name, None))
        elif isinstance(node, ast.alias):
            found.append((node.asname or node.name.partition(".")[0], ast.Constant(None)))
    return found


def _is_constant(node: Any, constants: set[str]) -> bool:
    """Whether the expression contains nothing that was computed: numbers, and what only carries them on."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id in constants
    if isinstance(node, ast.Call):
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        parts += [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return _called(node) in CARRIERS and all(_is_constant(part, constants) for part in parts)
    if isinstance(
        node, ast.UnaryOp | ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.List | ast.Tuple | ast.Dict
    ):
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return bool(parts) and all(_is_constant(part, constants) for part in parts)  # an empty list is filled later
    part_of = isinstance(node, ast.Subscript | ast.Attribute | ast.NamedExpr)
    return part_of and _is_constant(node.value, constants)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _generated(board: Board) -> list[str]:
    try:
        files = scoreboard.files(board)
    except BadInput as error:
        return [str(error)]
    late = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return [f"{path.relative_to(board.folder).as_posix()} is not up to date; {REMEDY}" for path in late]
