"""The parameters of the chapters: one vocabulary for notebooks, `book/scales.yml` and the command line.

A parameter's rule in `book/parameters.yml` says what it may be, in every chapter alike.
"""

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from nbformat import NotebookNode
from pydantic import Field, FiniteFloat, model_validator

from srnn_lib import checks
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import notebooks
from srnn_lib.claimbook.content import Content, Text


class ParameterRule(Content):
    """What a parameter may be.

    Attributes:
        kind: A whole number ("count"), a "number", one above 0 ("positive"), one from 0 to 1 ("fraction"), or one of
            some names ("choice").
        at_least: Of a count, where it is not 1, or of a number.
        names: Of a choice.
        names_of: Where the library keeps the names of a choice, by its full name.
        several: Whether it is a list of these, not empty.
        meaning: In a few words.
        data: A module that knows the data of that name: `at_hand(name)`, `lack(name)`, `digests(name)`.
        stand_in: A choice that needs no files, for a smoke run where the data are not at hand.
    """

    kind: Literal["count", "number", "positive", "fraction", "choice"] = Field(alias="is")
    meaning: Text
    at_least: FiniteFloat | None = None
    names: tuple[str, ...] = Field((), strict=False)
    names_of: str = ""
    several: bool = Field(False, alias="list")
    data: str = ""
    stand_in: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "ParameterRule":
        if (self.kind == "choice") != (bool(self.names) != bool(self.names_of)):
            raise BadInput("a choice has `names` or `names_of`, and nothing else has")
        if self.at_least is not None and self.kind not in ("count", "number"):
            raise BadInput(f"`at_least` is for counts and numbers, not for a {self.kind}")
        if self.kind == "count" and self.at_least is not None and not self.at_least.is_integer():
            raise bad_input("at_least", self.at_least, "a whole number, for a count")
        if self.data and not _is_module(self.data):
            raise bad_input("data", self.data, "the full name of a module")
        if self.names_of and not _is_module(self.names_of.rpartition(".")[0]):
            raise bad_input("names_of", self.names_of, "the full name of names in a library module")
        if self.stand_in and self.names:
            checks.choice("stand_in", self.stand_in, self.names)
        return self

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The names of a choice.

        Raises:
            BadInput: The library has none at that place.
        """
        if self.names:
            return self.names
        module, _, name = self.names_of.rpartition(".")
        try:
            return tuple(getattr(import_module(module), name))
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            raise bad_input("names_of", self.names_of, "the full name of names in a library module") from error

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        least = 1 if self.at_least is None else self.at_least
        one = {
            "count": f"a whole number, {least:g} or more",
            "number": "a finite number" if self.at_least is None else f"a finite number, {least:g} or more",
            "positive": "a finite number above 0",
            "fraction": "a number from 0 to 1",
            "choice": " or ".join(self.choices) if self.kind == "choice" else "",
        }[self.kind]
        return f"a list, not empty, each item {one}" if self.several else one

    def check(self, name: str, value: Any) -> Any:
        """The value, if it may be that of the parameter `name`.

        Raises:
            BadInput: It may not.
        """
        if not self.several:
            return self._checked(name, value)
        if not isinstance(value, list) or not value:
            raise bad_input(name, value, self.allowed)
        return [self._checked(f"{name}[{place}]", item) for place, item in enumerate(value)]

    def _checked(self, name: str, value: Any) -> Any:
        if self.kind == "count":
            return checks.integer(name, value, 1 if self.at_least is None else int(self.at_least))
        if self.kind == "number":
            return checks.number(name, value, *([] if self.at_least is None else [self.at_least]))
        if self.kind == "choice":
            return checks.choice(name, value, self.choices)
        return checks.positive(name, value) if self.kind == "positive" else checks.fraction(name, value)


Rules = Mapping[str, ParameterRule]


def _is_module(name: str) -> bool:
    """Whether there is a module of that name; it is not imported, which may take long."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def defaults(nb: NotebookNode, rules: Rules) -> dict[str, Any]:
    """Names and values in the cell tagged `parameters`.

    Raises:
        BadInput: No such cell or several, a line that is not `name = literal`, a name without a rule, a value
            outside its rule, or no `scale = "book"`.
    """
    cells = [cell for cell in nb.cells if notebooks.has(cell, "parameters")]
    if len(cells) != 1:
        raise BadInput(f"{len(cells)} cells have the tag 'parameters'; one must have it")
    try:
        tree = notebooks.parse_cell(cells[0].source)
    except BadInput as error:
        raise BadInput(f"parameters cell, {error}") from error
    found: dict[str, Any] = {}
    for statement in tree.body:
        name, value = _assignment(statement, cells[0].source)
        if name in found:
            raise BadInput(f"parameters cell, line {statement.lineno}: {name} is set twice")
        found[name] = value if name == "scale" else checked(name, value, rules)
    if found.get("scale") != "book":
        raise BadInput(f"parameters cell: scale is {found.get('scale')!r}; allowed: book, the default everywhere")
    return found


def _assignment(statement: ast.stmt, source: str) -> tuple[str, Any]:
    match statement:
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
            with suppress(ValueError, TypeError):
                return name, ast.literal_eval(value)
    line = source.splitlines()[statement.lineno - 1].strip()
    raise BadInput(f"parameters cell, line {statement.lineno}: {line!r} is not `name = literal`")


def checked(name: str, value: Any, rules: Rules) -> Any:
    """The value, if the rule of that name allows it.

    Raises:
        BadInput: It does not, or there is no such rule.
    """
    checks.choice("parameter without a rule in book/parameters.yml", name, rules)
    return rules[name].check(name, value)


def parse_overrides(pairs: Iterable[tuple[str, str]], defaults: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Overrides from the command line's `-p name value` pairs, for a chapter with these defaults.

    Text parameters need no quotes; lists of names may be written `a,b`.

    Raises:
        BadInput: An unknown name, a name given twice, `scale`, or a value that is not allowed.
    """
    found: dict[str, Any] = {}
    for name, text in pairs:
        if checks.choice("parameter", name, defaults) == "scale":
            raise BadInput("scale is no ordinary parameter; set it with --scale")
        if name in found:
            raise BadInput(f"-p {name} is given twice")
        found[name] = checked(name, _parsed(text, defaults[name]), rules)
    return found


def _parsed(text: str, default: Any) -> Any:
    """What a text from the command line stands for, where the default is such a value."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = text  # the rule decides what plain text may be
    if isinstance(default, str) and not isinstance(value, str):
        return text
    if isinstance(default, list) and isinstance(value, str) and isinstance(default[0], str):
        return [item.strip() for item in value.split(",")]
    return list(value) if isinstance(default, list) and isinstance(value, tuple) else value
