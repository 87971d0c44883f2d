"""Provenance: the fingerprint of a result is that of the code that ran, wherever it was imported from."""

import ast
from datetime import date

import pytest

from srnn_lib.claimbook import provenance
from srnn_lib.claimbook.provenance import changes, computing, fingerprints, imported

pytest_plugins = ("tinybook_fixtures",)


def names(source):
    return imported(ast.parse(source))


@pytest.fixture
def part(library):
    """A package of the library that hands names on, in part under other names."""
    files = {
        "part/__init__.py": "from srnn_lib.part import inner\nfrom srnn_lib.part.other import x as y, z\n",
        "part/inner.py": "from srnn_lib.checks import choice\n\nw = 1\n",
        "part/other.py": "x = z = 1\n",
        "part/alone.py": "v = 1\n",
        "outer/__init__.py": "from srnn_lib.part import y\nfrom srnn_lib.part.alone import v\n"
        "from srnn_lib.part import alone as a\n",
    }
    for name, text in files.items():
        (library / name).parent.mkdir(exist_ok=True)
        (library / name).write_text(text)
    return library / "part"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import srnn_lib.checks", {"srnn_lib.checks"}),
        ("import srnn_lib.checks as c, os", {"srnn_lib.checks"}),
        ("from srnn_lib import checks, saving as f", {"srnn_lib.checks", "srnn_lib.saving"}),
        ("from srnn_lib.checks import integer", {"srnn_lib.checks"}),
        ("from srnn_lib.checks import *", {"srnn_lib.checks"}),
        ("def late():\n    from srnn_lib import saving", {"srnn_lib.saving"}),
        ("import srnn_lib, torch", set()),
        ("from srnn_lib import __version__, nothing", set()),
        ("import srnn_library.checks", set()),
        ("import srnn_lib.nothing", set()),
    ],
)
def test_library_modules_are_found(source, found):
    assert names(source) == found


class TestPackages:
    """What is imported from a package is followed to the module that defines it."""

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ("from srnn_lib.part import inner", {"inner"}),
            ("from srnn_lib.part import inner as i", {"inner"}),
            ("from srnn_lib.part.inner import w", {"inner"}),
            ("import srnn_lib.part.inner", {"inner"}),
            ("from srnn_lib.part import y", {"other"}),
            ("from srnn_lib.part import z", {"other"}),
            ("from srnn_lib.part import inner, y", {"inner", "other"}),
            ("from srnn_lib.part import alone", {"alone"}),
            ("from srnn_lib.outer import y", {"other"}),
            ("from srnn_lib.outer import v", {"alone"}),
            ("from srnn_lib.outer import a", {"alone"}),
        ],
    )
    def test_names_are_followed(self, part, source, found):
        assert names(source) == {f"srnn_lib.part.{name}" for name in found}

    @pytest.mark.parametrize(
        "source", ["import srnn_lib.part", "from srnn_lib import part", "from srnn_lib.part import *"]
    )
    def test_a_whole_package_is_everything_that_it_hands_on(self, part, source):
        assert names(source) == {"srnn_lib.part.inner", "srnn_lib.part.other"}

    def test_a_name_that_it_does_not_hand_on_is_no_less(self, part):
        assert names("from srnn_lib.part import x") == {"srnn_lib.part.inner", "srnn_lib.part.other"}

    def test_a_module_that_is_gone_is_looked_for_once(self, part):
        (part / "inner.py").unlink()
        assert names("from srnn_lib.part import inner") == {"srnn_lib.part.other"}

    def test_the_package_itself_has_no_fingerprint(self, part):
        before = fingerprints(names("from srnn_lib.outer import y"))
        assert list(before) == ["srnn_lib.part.other"]
        for package in (part, part.with_name("outer")):
            path = package / "__init__.py"
            path.write_text(path.read_text() + '\n__all__ = ["y"]\n')
        assert fingerprints(names("from srnn_lib.outer import y")) == before

    def test_the_module_behind_a_name_has_one(self, part):
        before = fingerprints(names("from srnn_lib.outer import y"))
        (part / "other.py").write_text("x = z = 2\n")
        assert changes(before, fingerprints(names("from srnn_lib.outer import y"))) == ["srnn_lib.part.other changed"]

    def test_a_name_that_comes_from_elsewhere_now_is_a_change(self, part):
        before = fingerprints(names("from srnn_lib.part import y"))
        (part / "__init__.py").write_text("from srnn_lib.part.alone import v as y\n")
        assert changes(before, fingerprints(names("from srnn_lib.part import y"))) == [
            "srnn_lib.part.alone changed",
            "srnn_lib.part.other changed",
        ]

    def test_modules_behind_modules_are_followed(self, part):
        assert list(fingerprints(["srnn_lib.part.inner"])) == ["srnn_lib.checks", "srnn_lib.part.inner"]

    def test_the_real_packages_hand_on_modules(self):
        assert names("from srnn_lib.claimbook import Judge, estimates") == {
            "srnn_lib.claimbook.estimates",
            "srnn_lib.claimbook.judge",
        }


class TestFingerprint:
    @pytest.mark.parametrize(
        ("before", "after", "same"),
        [
            ("x = 1\n", '"""Docs."""\n\nx = 1  # a comment\n', True),
            ("def f(a, b):\n    return a\n", 'def f(\n    a, b,\n):\n    """Docs."""\n    return (a)\n', True),
            ("async def f(): pass\n", 'async def f():\n    """Docs."""\n    pass\n', True),
            ("class A:\n    x = 'a'\n", 'class A:\n    """Docs."""\n    x = "a"\n', True),
            ("def f(a, *b, c, **d): pass\n", "def f(a: int, *b: str, c: 'n m', **d: float): pass\n", True),
            ("def f(a=1, /): pass\n", "def f(a: float = 1, /): pass\n", True),
            ("def f(a: int): pass\n", "def f(a: 'Float[Tensor, \"n\"]'): pass\n", True),
            ("def f(): pass\n", "def f() -> dict[str, int]: pass\n", True),
            ("class A:\n    def f(self): pass\n", "class A:\n    def f(self: 'A') -> None: pass\n", True),
            ("def f():\n    def g(a): pass\n", "def f():\n    def g(a: int) -> int: pass\n", True),
            ("x = 1\n", "x = 2\n", False),
            ("x = 1\n", "x = 1.0\n", False),
            ("x = None\n", "x = ...\n", False),
            ("def f(a=1): pass\n", "def f(a): pass\n", False),
            ("def f(a: float = 1): pass\n", "def f(a: float = 2): pass\n", False),
            ("def f(a, b): pass\n", "def f(b, a): pass\n", False),
            ("def f(a, b): pass\n", "def f(a, *, b): pass\n", False),
            ("class A:\n    x: int\n", "class A:\n    x: float\n", False),
            ("x = a + b\n", "x = a - b\n", False),
            ("x = [a for a in b if a]\n", "x = [a for a in b]\n", False),
            ("f('text')\n", "f('Text')\n", False),
            ("@g\ndef f(): pass\n", "def f(): pass\n", False),
        ],
    )
    def test_only_what_runs_counts(self, library, before, after, same):
        found = []
        for source in (before, after):
            (library / "probe.py").write_text(source)
            found.append(fingerprints(["srnn_lib.probe"]))
        assert (found[0] == found[1]) is same

    def test_files_that_share_a_modules_name_count(self, library):
        (library / "probe.py").write_text("x = 1\n")
        found = [fingerprints(["srnn_lib.probe"])]
        for name, text in [("probe.css", "a {}"), ("probe.css", "b {}"), ("probe.js", "b {}"), ("probe.js", "")]:
            (library / name).write_text(text)
            found.append(fingerprints(["srnn_lib.probe"]))
        (library / "probe.css").rename(library / "probe.less")
        found.append(fingerprints(["srnn_lib.probe"]))
        assert len({each["srnn_lib.probe"] for each in found}) == len(found) == 6

    def test_files_of_other_names_do_not_count(self, library):
        (library / "probe.py").write_text("x = 1\n")
        before = fingerprints(["srnn_lib.probe"])
        (library / "probes.css").write_text("a {}")
        (library / "sub").mkdir()
        (library / "sub" / "probe.css").write_text("a {}")
        assert fingerprints(["srnn_lib.probe"]) == before

    @pytest.mark.parametrize("name", ["film.css", "film.js"])
    def test_the_films_style_and_script_count(self, library, name):
        before = fingerprints(["srnn_lib.figures.film"])
        with (library / "figures" / name).open("a") as file:
            file.write("\n")
        now = fingerprints(["srnn_lib.figures.film"])
        assert changes(before, now) == ["srnn_lib.figures.film changed"]

    @pytest.mark.parametrize("name", ["srnn_lib.populaton", "torch", "srnn_lib.checks.choice", ""])
    def test_an_unknown_module(self, refused, name):
        with refused(f"library module is {name!r}"):
            fingerprints([name])

    def test_every_module_of_the_library_has_one(self):
        modules = [
            f"srnn_lib.{'.'.join(path.relative_to(provenance.FOLDER).with_suffix('').parts)}"
            for path in provenance.FOLDER.rglob("*.py")
            if path.name != "__init__.py"
        ]
        found = fingerprints(modules)
        assert set(found) == set(modules)
        assert len(set(found.values())) == len(modules)


def test_who_keeps_a_result_does_not_change_it(library):
    modules = ["srnn_lib.randomness", "srnn_lib.claimbook.store"]
    before = computing(modules)
    assert "srnn_lib.randomness" in before
    assert not any(name.startswith("srnn_lib.claimbook") for name in before)
    with (library / "claimbook" / "store.py").open("a") as file:
        file.write("\nNEW = 1\n")
    assert computing(modules) == before
    with (library / "randomness.py").open("a") as file:
        file.write("\nNEW = 1\n")
    assert changes(before, computing(modules)) == ["srnn_lib.randomness changed"]


def test_changes_are_named_in_order():
    then, now = {"a": "1", "b": "2", "d": "4"}, {"b": "3", "c": "5", "d": "4"}
    assert changes(then, now) == ["a changed", "b changed", "c changed"]
    assert changes(now, now) == []


def test_the_stamp_says_where_a_result_comes_from():
    stamp = provenance.provenance(["srnn_lib.checks"], "cuda")
    assert list(stamp) == ["library", "packages", "python", "device", "day"]
    assert stamp["library"] == fingerprints(["srnn_lib.checks"])
    assert {"torch", "numpy", "scipy"} <= set(stamp["packages"])
    assert stamp["device"] == "cuda"
    assert date.fromisoformat(stamp["day"])


def test_a_package_that_is_not_installed_has_no_version(monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGES", ("numpy", "no-such-package"))
    assert list(provenance.versions()) == ["numpy"]
