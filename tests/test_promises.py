"""The page of promises names tests that exist, and the numbers that stand in them."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "book" / "promises.md").read_text(encoding="utf-8")


def constants(path):
    """The numbers that a module of tests gives names to, and the sizes of its lists and mappings."""
    found = {}
    for node in ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            targets = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else node.targets
            values = node.value.elts if isinstance(node.targets[0], ast.Tuple) else [node.value]
            for target, value in zip(targets, values, strict=False):
                if isinstance(value, ast.Constant):
                    found[target.id] = value.value
                elif isinstance(value, ast.List):
                    found[target.id] = len(value.elts)
                elif isinstance(value, ast.Dict):
                    found[target.id] = len(value.keys)
    return found


def test_every_promise_names_its_tests():
    parts = PAGE.split("\n## ")[1:]
    assert len(parts) >= 8
    assert [part.splitlines()[0] for part in parts if "Held by" not in part] == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"test_\w+\.py", PAGE))))
def test_the_named_tests_exist(name):
    assert len(list((ROOT / "tests").rglob(name))) == 1


def test_the_numbers_are_those_of_the_tests():
    seals, surgery = constants("claimbook/test_seals.py"), constants("neurons/test_surgery.py")
    said = f"{seals['FLIPS']} flipped bits and {seals['CUTS']} cuts for each of {seals['KINDS']} kinds of files"
    assert said in PAGE
    assert f"with {surgery['SILENT']} kinds of such models" in PAGE
