"""The parameters of the chapters: one vocabulary for notebooks, `book/scales.yml` and the command line.

A parameter's rule says what it may be, in every chapter alike. To add one, add a line to `RULES`.
"""

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from srnn_lib import checks, data, notebooks
from srnn_lib.checks import BadInput, refuse
from srnn_lib.lifecycle.turnover import PARENTS
from srnn_lib.organisms.organism import RESIDUALS
from srnn_lib.replicators.architecture import ACTIVATIONS
from srnn_lib.replicators.population import DTYPES
from srnn_lib.replicators.presets import PRESETS, REDUCTIONS

SCALES = ("book", "quick", "paper")


@dataclass(frozen=True)
class Rule:
    """What a parameter may be: `check(name, value)` returns the value or raises `BadInput`."""

    check: Callable[[str, Any], Any]
    allowed: str
    meaning: str


def _count(meaning: str, at_least: int = 1) -> Rule:
    allowed = f"a whole number, {at_least} or more"
    return Rule(lambda name, value: checks.count(name, value, at_least), allowed, meaning)


def _positive(meaning: str) -> Rule:
    return Rule(checks.positive, "a finite number above 0", meaning)


def _fraction(meaning: str) -> Rule:
    return Rule(checks.fraction, "a number from 0 to 1", meaning)


def _one_of(names: Collection[str], meaning: str) -> Rule:
    return Rule(lambda name, value: checks.choice(name, value, names), " or ".join(names), meaning)


def _several(rule: Rule, meaning: str) -> Rule:
    allowed = f"a list, not empty, each item {rule.allowed}"

    def check(name: str, value: Any) -> list:
        if not isinstance(value, list) or not value:
            raise refuse(name, value, allowed)
        return [rule.check(f"{name}[{place}]", item) for place, item in enumerate(value)]

    return Rule(check, allowed, meaning)


_PRESET = _one_of(PRESETS, "named settings of the authors' code")
_REDUCTION = _one_of(REDUCTIONS, "how a net is applied to a net")

RULES: dict[str, Rule] = {
    "scale": _one_of(SCALES, "how much is computed"),
    "seed": _count("of the random generator", at_least=0),
    "nets": _count("nets per population"),
    "trials": _count("repetitions per setting"),
    "steps": _count("steps of self-application or self-training"),
    "search_nets": _count("random nets searched for fixpoints, per reduction"),
    "chunk": _count("nets computed at once; changes memory, not results"),
    "trajectory_nets": _count("nets whose whole path is recorded"),
    "trajectory_steps": _count("steps of these paths"),
    "patient_nets": _count("nets trained until they arrive"),
    "patient_steps": _count("most steps they may take"),
    "robust_nets": _count("trained fixpoints put under noise"),
    "robust_steps": _count("steps they are trained"),
    "preset_name": _PRESET,
    "parents": _count("trained fixpoints that are cloned"),
    "children": _count("noisy copies per parent and noise level"),
    "turn_steps": _several(_count(""), "lengths of training compared"),
    "line_parents": _count("parents joined by lines, every pair", at_least=3),
    "line_children": _count("children on each line", at_least=10),
    "line_steps": _count("steps of self-training of these"),
    "rounds": _count("rounds of self-application followed by self-training"),
    "train_steps": _several(_count("", at_least=0), "steps of self-training in a round, one population each"),
    "soups": _count("soups per setting"),
    "soup_nets": _count("nets in a soup", at_least=2),
    "soup_epochs": _count("epochs of a soup"),
    "soup_steps": _count("steps of self-training per net and epoch", at_least=0),
    "attack_chance": _fraction("that a net attacks in an epoch"),
    "small_nets": _count("nets in a small soup", at_least=2),
    "small_epochs": _count("epochs of a small soup"),
    "late_epochs": _count("epochs of a small soup that is given more time"),
    "families": _count("parents in a soup", at_least=2),
    "family_epochs": _count("epochs of a soup of families"),
    "family_steps": _count("steps of self-training of parents, and of every net per epoch"),
    "margins": _several(_positive(""), "margins of the fixpoint test compared"),
    "seeds": _count("organisms, each with its own draws"),
    "epochs": _count("epochs of training an organism"),
    "self_steps": _count("steps of self-training before each step on the task"),
    "batch": _count("examples per step on the task"),
    "samples": _count("inputs on which nets are compared"),
    "pairs": _count("pairs of numbers to add per epoch"),
    "particle_widths": _several(_count(""), "cells of a particle, layer by layer"),
    "copies": _count("noisy copies per net and noise level"),
    "repeats": _count("repetitions with fresh samples"),
    "ratios": _several(_count(""), "steps of self-training per step on the task, one schedule each"),
    "ratio_epochs": _count("epochs of these schedules"),
    "variant_seeds": _count("organisms per variant of the training"),
    "variant_epochs": _count("epochs of such a variant"),
    "switch_epochs": _count("epochs after a switch of schedule"),
    "double_epochs": _count("epochs in double precision"),
    "targets": _count("linear functions to learn"),
    "applications": _count("self-applications that noisy copies are followed for"),
    "epsilon": _positive("margin of the fixpoint test"),
    "learning_rate": _positive("of gradient descent"),
    "noise_levels": _several(_positive(""), "largest change of a weight, one population each"),
    "dtypes": _several(_one_of(DTYPES, ""), "floating-point types compared"),
    "preset": _PRESET,
    "presets": _several(_PRESET, "presets compared"),
    "widths": _several(_count(""), "cells per hidden layer, one set of organisms each"),
    "every": _count("epochs between two snapshots"),
    "pixel_noise": _several(_positive(""), "standard deviations of the noise per pixel, one training each"),
    "noise_width": _count("cells per hidden layer of organisms trained with noise"),
    "rest_epochs": _count("epochs' worth of self-training without the task"),
    "sparsities": _several(_fraction(""), "shares of weights removed"),
    "residual": _one_of(RESIDUALS, "which layers add their input to their output"),
    "more_steps": _count("steps of self-training per batch where replication is given more weight"),
    "addition_seeds": _count("organisms that learn to add"),
    "addition_epochs": _count("epochs of these"),
    "image_set": _one_of(data.NAMES, "images that nets learn to tell apart"),
    "runs": _count("trained networks of each shape"),
    "after": _several(_count(""), "the paper's epochs after which grown networks are looked at, ascending, three"),
    "wide_runs": _count("trained networks of the widest shape"),
    "neurons": _count("removed from networks of the widest shape, one by one"),
    "wide_epochs": _count("epochs of training networks of the widest shape"),
    "period": _count("epochs between two rounds of death and replication"),
    "cutoffs": _several(_positive(""), "efficiencies below which neurons are replaced, one course each"),
    "rivals": _several(_one_of(PARENTS, ""), "ways to fill the places of dead neurons, one course each"),
    "trial_runs": _count("networks per such course"),
    "floor": Rule(lambda name, value: checks.number(name, value, 0), "a finite number, 0 or more", "subtracted loss"),
    "layer_widths": _several(_count(""), "widths of the layer whose statistics are counted, two or more"),
    "reduction": _REDUCTION,
    "reductions": _several(_REDUCTION, "reductions compared"),
    "activations": _several(_one_of(ACTIVATIONS, ""), "activation functions compared"),
}


def defaults(nb: NotebookNode) -> dict[str, Any]:
    """Names and values in the cell tagged `parameters`.

    Raises:
        BadInput: No such cell or several, a line that is not `name = literal`, a name without a rule, a value
            outside its rule, or no `scale = "book"`.
    """
    cells = [cell for cell in nb.cells if notebooks.has(cell, "parameters")]
    if len(cells) != 1:
        raise BadInput(f"{len(cells)} cells have the tag 'parameters'; one must have it")
    try:
        tree = notebooks.parse(cells[0].source)
    except BadInput as error:
        raise BadInput(f"parameters cell, {error}") from error
    found: dict[str, Any] = {}
    for statement in tree.body:
        name, value = _assignment(statement, cells[0].source)
        if name in found:
            raise BadInput(f"parameters cell, line {statement.lineno}: {name} is set twice")
        found[name] = _checked(name, value)
    if found.get("scale") != "book":
        raise BadInput(f"parameters cell: scale is {found.get('scale')!r}; allowed: book, the default everywhere")
    return found


def parse_value(name: str, text: str, default: Any) -> Any:
    """Value that `text` from the command line stands for, checked by the rule of `name`.

    Text parameters need no quotes; lists of names may be written `a,b`.

    Raises:
        BadInput: Not allowed for `name`.
    """
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = text  # the rule decides what plain text may be
    if isinstance(default, str) and not isinstance(value, str):
        value = text
    if isinstance(default, list):
        if isinstance(value, str) and isinstance(default[0], str):
            value = [item.strip() for item in value.split(",")]
        value = list(value) if isinstance(value, tuple) else value
    return _checked(name, value)


def parse(pairs: Iterable[tuple[str, str]], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides from the command line's `-p name value` pairs, for a chapter with these defaults.

    Raises:
        BadInput: An unknown name, a name given twice, `scale`, or a value that is not allowed.
    """
    found: dict[str, Any] = {}
    for name, text in pairs:
        checks.choice("parameter", name, defaults)
        if name in found:
            raise BadInput(f"-p {name} is given twice")
        found[name] = parse_value(name, text, defaults[name])
    return found


def resolve(defaults: Mapping[str, Any], scale: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a run: `defaults`, then those of the `scale`, then the user's `overrides`.

    Raises:
        BadInput: An unknown name (with the nearest one), a value outside its rule, or `scale` as an override.
    """
    if "scale" in overrides:
        raise BadInput("scale is no ordinary parameter; set it with --scale")
    given = {**scale, **overrides}
    for name in given:
        checks.choice("parameter", name, defaults)
    return {name: _checked(name, value) for name, value in {**defaults, **given}.items()}


def _checked(name: str, value: Any) -> Any:
    checks.choice("parameter without a rule in srnn_lib/parameters.py", name, RULES)
    return RULES[name].check(name, value)


def _assignment(statement: ast.stmt, source: str) -> tuple[str, Any]:
    line = source.splitlines()[statement.lineno - 1].strip()
    refusal = BadInput(f"parameters cell, line {statement.lineno}: {line!r} is not `name = literal`")
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    else:
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else []
    if len(targets) != 1 or not isinstance(targets[0], ast.Name):
        raise refusal
    try:
        return targets[0].id, ast.literal_eval(statement.value)
    except (ValueError, TypeError) as error:
        raise refusal from error
