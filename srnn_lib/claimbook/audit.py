"""What is wrong with the stored verdicts: missing, edited, not computed, stale, not what is published."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import board, chapters, notebooks, publish, rests, results, scoreboard, seals, seeds
from srnn_lib.claimbook.board import Board
from srnn_lib.claimbook.chapters import Chapter
from srnn_lib.claimbook.registry import Book, Claim
from srnn_lib.claimbook.verdicts import OWN, VARIANT_METADATA, restore, restore_variant
from srnn_lib.saving import read_text

REMEDY = "run: python -m srnn_lib claims --write"


def problems(found: Board, measured: str = "") -> list[str]:
    """One line per fault; none where every verdict was computed and the generated files agree with them.

    `measured` is what `scoreboard.files` was given.
    """
    faults = [f"{chapter.id}: {fault}" for chapter in found.chapters for fault in _chapter(chapter, found)]
    lacking = [c for c in found.book.claims.values() if c.chapter in found.written and c.id not in found.verdicts]
    faults += [f"{claim.chapter}: {claim.id} has no stored verdict" for claim in lacking]
    used = {name for chapter in found.chapters for name in chapter.defaults}
    idle = [name for name in found.book.parameters if found.chapters and name not in used]
    faults += [f"parameters.yml: {name} is a parameter of no chapter" for name in idle]
    faults += [f"book/{name} is no chapter of papers.yml; remove it or add it" for name in chapters.strays(found.book)]
    faults += [f"_toc.yml does not list book/{name}" for name in _unlisted(found)]
    faults += [f"{name} is not what `{seeds.COMMAND}` found" for name in _other_seeds(found)]
    return faults + stale_tables(found.book) + _generated(found, measured)


def _unlisted(found: Board) -> list[str]:
    """Chapters that the rendered book would leave out; none where a book has no such list."""
    pages = chapters.toc_pages(found.book.folder)
    return [chapter.id for chapter in found.chapters if pages and f"book/{chapter.id}" not in pages]


def _other_seeds(found: Board) -> Iterator[str]:
    """Claims whose stored words under further seeds, or for draws, are not those of the kept table."""
    kept, draws = (seeds.words(found.book.folder, drawn) for drawn in (False, True))
    for name, verdict in found.verdicts.items():
        own = [each for each in (verdict, *verdict.beside) if each.scale == "book"]
        if (own and own[0].seeds != kept.get(name, ())) or verdict.draws != draws.get(name, ()):
            yield name


def stale_tables(book: Book) -> list[str]:
    """One line per kept file in `results/` that its modules would not make now, or that is not what was written."""
    states = {path.name: results.table_state(path) for path in results.kept_tables(book.folder)}
    stale = [f"results/{name}: {each.kind}: {each.reason}" for name, each in states.items() if each.kind != "fresh"]
    damaged = seals.broken(book.folder).items()
    return stale + [f"{path.relative_to(book.folder).as_posix()}: damaged: {fault}" for path, fault in damaged]


def _chapter(chapter: Chapter, found: Board) -> Iterator[str]:
    state = chapters.state(chapter)
    if state.kind != "fresh":
        yield ": ".join(filter(None, (state.kind, state.reason)))
    else:
        yield from notebooks.unfinished(chapter.nb)
    seen: set[str] = set()
    for cell, payload, data in board.payloads(chapter.nb):
        name = str(payload.get("claim"))
        if claim := found.book.claims.get(name):
            yield from (f"{name} {fault}" for fault in _place(claim, chapter.id, cell))
            yield from (f"{name} {fault}" for fault in _verdict(claim, found.book.scales, payload, data))
        else:
            yield f"{name} is not in the registry"
        if name in seen:
            yield f"{name} has two stored verdicts"
        seen.add(name)
    for _, payload, data in board.payloads(chapter.nb, key=VARIANT_METADATA):
        yield from _variant(found, payload, data)
    yield from _sources(chapter)
    yield from publish.other_words(chapter.nb)


def _verdict(claim: Claim, scales: list[str], payload: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    if payload.get("scale") == OWN:
        yield "was found with own settings, which do not count"
        return
    try:
        again, _ = (verdict := restore(claim, payload, scales))._repr_mimebundle_()
    except BadInput as error:
        yield f"does not fit the registry: {error}"
        return
    if payload != verdict.payload or any(data.get(kind) != text for kind, text in again.items()):
        yield f"is not what its stored values give today, which is: {verdict.word}"


def _variant(found: Board, payload: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    name = f"the variant {payload.get('value')}"
    try:
        again, _ = (variant := restore_variant(payload, found.verdicts))._repr_mimebundle_()
    except BadInput as error:
        yield f"{name} does not fit the verdicts: {error}"
        return
    if payload != variant.payload or any(data.get(kind) != text for kind, text in again.items()):
        yield f"{name} is not what its stored values give today"


def _place(claim: Claim, chapter: str, cell: NotebookNode) -> Iterator[str]:
    """What is wrong with where a verdict stands."""
    if claim.chapter != chapter:
        yield f"belongs to {claim.chapter}"
    if not notebooks.has(cell, "verdict"):
        yield "stands in a cell without the tag 'verdict'"
    if cell.execution_count is None:
        yield "stands in a cell that was not executed"
    if claim.id not in {name for name, _ in _judgements(cell.source)}:
        yield f'is in a cell that does not call judge("{claim.id}", ...)'


def _sources(chapter: Chapter) -> Iterator[str]:
    """Faults in how the code of a chapter calls `judge`."""
    cells = notebooks.code_cells(chapter.nb)
    trees = [notebooks.parse_cell(cell.source) for cell in cells]
    judgements = [each for cell in cells for each in _judgements(cell.source)]
    made = f'Judge("{chapter.id}", globals())'
    makers = [_source(value) for value in rests.read_cells(trees, ()).bound.get("judge", [])]
    if judgements and makers != [ast.unparse(ast.parse(made))]:
        yield f"`judge` is not made once, by judge = {made}"
    known = rests.read_cells(trees, chapter.defaults)
    for name, call in judgements:
        for quantity in call.keywords:
            if not known.is_computed(quantity.value):
                yield f"{name} is handed a constant as {quantity.arg}, not a measured value"
        if any(not known.is_computed(levels) for levels in call.args[1:]):
            yield f"{name} is handed constants, not measured values"
    for call in (each for cell in cells for each in _calls(cell.source, "under")):
        if any(not known.is_computed(given) for given in call.args[2:]):
            yield f"{ast.unparse(call)[:40]} ... is handed constants, not measured values"


def _judgements(source: str) -> list[tuple[str, ast.Call]]:
    judged = [(call.args[0], call) for call in _calls(source, "judge") if call.args]
    return [(str(claim.value), call) for claim, call in judged if isinstance(claim, ast.Constant)]


def _calls(source: str, name: str) -> list[ast.Call]:
    """The calls of functions or methods of that name."""
    found = [node for node in ast.walk(notebooks.parse_cell(source)) if isinstance(node, ast.Call)]
    return [call for call in found if rests.called(call) == name]


def _source(call: Any) -> str:
    """A call as source text, without what its function is taken from; empty for anything else."""
    if not isinstance(call, ast.Call):
        return ""
    return ast.unparse(ast.Call(ast.Name(rests.called(call)), call.args, call.keywords))


def _says(path: Path) -> str:
    """The text of a generated file; empty if it is not there or no text."""
    try:
        return read_text(path)
    except BadInput:
        return ""


def _generated(found: Board, measured: str) -> list[str]:
    try:
        files = scoreboard.files(found, measured)
    except BadInput as error:
        return [str(error)]
    late = [path for path, text in files.items() if _says(path) != text]
    return [f"{path.relative_to(found.book.folder).as_posix()} is not up to date; {REMEDY}" for path in late]
