"""The book's data files: what they say is what is judged, and every fault in them is one line with file and entry."""

from pathlib import Path

import pytest
import tinybook

from srnn_lib.checks import BadInput
from srnn_lib.claimbook.judge import Judge
from srnn_lib.claimbook.registry import Book, Scales, accepts, describe

pytest_plugins = ("tinybook_fixtures",)

ROOT = Path(__file__).resolve().parents[2]
READ = {
    "papers.yml": "papers",
    "hinges.yml": "hinges",
    "parameters.yml": "parameters",
    "scales.yml": "by_scale",
    "claims.yml": "claims",
}
"""The files, and the property of a book that reads each."""
AT = tinybook.CHAPTER
GONE = object()


def read(folder, name):
    """What a book makes of one of its files."""
    return getattr(Book(folder), READ[name])


def at(*path, **changes):
    """A change of the mapping at `path`: keys that are set, or removed where they are set to `GONE`."""

    def change(held):
        for key in path:
            held = held[key]
        for key, value in changes.items():
            held.pop(key) if value is GONE else held.update({key: value})

    return change


def check(**changes):
    """A change of the check of SR-02."""
    return at(1, "checks", "error", **changes)


FAULTS = {
    "papers.yml": [
        (at("SR", part=GONE), "SR: 'part' is missing"),
        (at("SR", title=GONE), "SR: 'title' is missing"),
        (at("SR", chapters=GONE), "SR: 'chapters' is missing"),
        (at("SR", parts="x"), "SR: key is 'parts'; allowed: title, part, chapters; did you mean 'part'?"),
        (at("ON", title=3), "ON: title is 3; allowed: text"),
        (at("ON", title=" "), "ON: title is ' '; allowed: text, not empty"),
        (at("ON", chapters=["mnist"]), "ON: chapters is ['mnist']; allowed: a mapping"),
        (at("ON", "chapters", mnist=3), "ON: chapters.mnist is 3; allowed: text"),
        (at(BI="death"), "BI: this is 'death'; allowed: a mapping"),
    ],
    "hinges.yml": [
        (at("steps", meaning=GONE), "steps: 'meaning' is missing"),
        (at("steps", titel="x"), "steps: key is 'titel'; allowed: title, meaning; did you mean 'title'?"),
        (at("float32", title=32), "float32: title is 32; allowed: text"),
        (at("float32", meaning=""), "float32: meaning is ''; allowed: text, not empty"),
        (at(steps=["x"]), "steps: this is ['x']; allowed: a mapping"),
    ],
    "parameters.yml": [
        (at("nets", meaning=GONE), "nets: 'meaning' is missing"),
        (at("nets", **{"is": GONE}), "nets: 'is' is missing"),
        (at("nets", **{"is": "counts"}), "nets: is is 'counts'; allowed: 'count', 'number', 'positive'"),
        (at("nets", kind="count"), "nets: key is 'kind'; allowed: is, meaning, at_least, names, names_of, list"),
        (at("nets", meaning=3), "nets: meaning is 3; allowed: text"),
        (at("nets", at_least="x"), "nets: at_least is 'x'; allowed: a number"),
        (at("nets", at_least=float("nan")), "nets: at_least is nan; allowed: a finite number"),
        (at("nets", at_least=2.5), "nets: at_least is 2.5; allowed: a whole number"),
        (at("nets", at_least=True), "nets: at_least is True; allowed: a number"),
        (at("nets", data="srnn_lib.dat"), "nets: data is 'srnn_lib.dat'; allowed: the full name of a module"),
        (
            at("nets", **{"is": "choice", "names_of": "srnn_lib.dat.SETS"}),
            "nets: names_of is 'srnn_lib.dat.SETS'; allo",
        ),
        (at("nets", **{"is": "choice", "names": ["a"], "stand_in": "b"}), "nets: stand_in is 'b'; allowed: a"),
        (at("nets", **{"list": "yes"}), "nets: list is 'yes'; allowed: true or false"),
        (at("learning_rate", at_least=1), "learning_rate: `at_least` is for counts and numbers, not for a positive"),
        (at("learning_rate", names=["a"]), "learning_rate: a choice has `names` or `names_of`, and nothing else"),
        (at("learning_rate", names_of="a.B"), "learning_rate: a choice has `names` or `names_of`, and nothing else"),
        (at("seed", **{"is": "choice", "at_least": GONE}), "seed: a choice has `names` or `names_of`"),
        (at("nets", **{"is": "choice", "names": []}), "nets: a choice has `names` or `names_of`"),
        (at("nets", **{"is": "choice", "names": ["a"], "names_of": "a.B"}), "nets: a choice has `names` or `names_of`"),
        (at("nets", **{"is": "choice", "names": "ab"}), "nets: names is 'ab'; allowed: a list"),
        (at("nets", **{"is": "choice", "names": ["a", 3]}), "nets: names.1 is 3; allowed: text"),
        (at(nets="count"), "nets: this is 'count'; allowed: a mapping"),
    ],
    "scales.yml": [
        (at(scales=GONE), "'scales' is missing"),
        (at(chapters=GONE), "'chapters' is missing"),
        (at(scale={}), "key is 'scale'; allowed: scales, chapters; did you mean 'scales'?"),
        (at(scales=["book"]), "scales is ['book']; allowed: a mapping"),
        (at("scales", quick=3), "scales.quick is 3; allowed: text"),
        (at("scales", book=GONE), f"scale of {AT} is 'book'; allowed: quick, scaled, paper"),
        (at(chapters=[AT]), f"chapters is ['{AT}']; allowed: a mapping"),
        (
            at("chapters", **{"self-replication/soup": {"book": {}}}),
            "chapter is 'self-replication/soup'; allowed: self",
        ),
        (at("chapters", AT, "book", scale="book"), f"chapters.{AT}.book: scale is no parameter here"),
        (at("chapters", soups={"book": {}}), "chapter is 'soups'; allowed: "),
        (at("chapters", AT, book=GONE), f"chapters.{AT}: 'book' is missing"),
        (at("chapters", AT, quik={}), f"scale of {AT} is 'quik'; allowed: quick, book, scaled, paper; did you mean"),
        (at("chapters", AT, quick=3), f"chapters.{AT}.quick is 3; allowed: a mapping"),
        (at("chapters", AT, paper=None), f"chapters.{AT}.paper is None; allowed: a mapping"),
        (at("chapters", AT, "quick", net=3), f"parameter of {AT} at quick is 'net'; allowed: seed, nets"),
        (at("chapters", AT, "quick", scale="book"), f"parameter of {AT} at quick is 'scale'; allowed: seed, nets"),
    ],
    "claims.yml": [
        (at(0, id=GONE), "entry 1: 'id' is missing"),
        (at(0, id=3), "3: id is 3; allowed: text"),
        (at(0, id="SR-1"), "SR-1: id is 'SR-1'; allowed: SR- and two digits"),
        (at(1, id="SR-²³"), "SR-²³: id is 'SR-²³'; allowed: SR- and two digits"),
        (at(1, id="SR-2"), "SR-2: id is 'SR-2'; allowed: SR- and two digits"),
        (at(2, id="ON-1"), "ON-1: id is 'ON-1'; allowed: ON- and two digits"),
        (at(2, id="ON-0x"), "ON-0x: id is 'ON-0x'; allowed: ON- and two digits"),
        (at(2, id="BI-01"), "BI-01: id is 'BI-01'; allowed: ON- and two digits"),
        (at(1, id="SR-01"), "SR-01: this id stands twice"),
        (lambda held: held.reverse(), "SR-01: it stands after SR-02; ids are in order"),
        (lambda held: held.insert(0, "SR-01"), "entry 1: this is 'SR-01'; allowed: a mapping"),
        (at(0, paper="RS"), "SR-01: paper is 'RS'; allowed: SR, ON, BI; did you mean 'SR'?"),
        (at(0, chapter="self-replication/soup"), "SR-01: chapter is 'self-replication/soup'; allowed: "),
        (at(0, chapter="self-application"), "SR-01: chapter is 'self-application'; allowed: self-replication/def"),
        (at(0, chapter="organism-networks/mnist"), "SR-01: chapter is 'organism-networks/mnist'; allowed: self-repl"),
        (at(0, expected=GONE), "SR-01: 'expected' is missing"),
        (at(0, staement="x"), "SR-01: key is 'staement'; allowed: id, paper, place, chapter, statement"),
        (at(0, quantity=3), "SR-01: quantity is 3; allowed: text"),
        (at(0, note=" "), "SR-01: note is ' '; allowed: text, not empty"),
        (at(0, hinges_on=["float23"]), "SR-01: hinges_on is 'float23'; allowed: float32, steps; did you"),
        (at(0, hinges_on="float32"), "SR-01: hinges_on is 'float32'; allowed: a list"),
        (at(0, hinges_on=["steps", "steps"]), "SR-01: hinges_on is ['steps', 'steps']; allowed: a list of different"),
        (at(0, hinges_on=[32]), "SR-01: hinges_on.0 is 32; allowed: text"),
        (at(0, hinges_on=[["float32"]]), "SR-01: hinges_on.0 is ['float32']; allowed: text"),
        (at(0, checks=GONE), "SR-01: checks are missing; only a claim whose text lost something (`lost`)"),
        (at(0, checks={}), "SR-01: checks are missing"),
        (at(0, checks=["zero"]), "SR-01: checks is ['zero']; allowed: a mapping"),
        (at(1, "checks", error=3), "SR-02: checks: error is 3; allowed: a mapping"),
        (at(1, "checks", **{"two words": {}}), "SR-02: checks: name of a check is 'two words'; allowed: a Python"),
        (at(1, "checks", **{"class": {}}), "SR-02: checks: name of a check is 'class'; allowed: a Python identifier"),
        (check(label=3), "SR-02: checks.error.label is 3; allowed: text"),
        (at(0, kind="empiric"), "SR-01: kind is 'empiric'; allowed: 'empirical', 'analytical' or 'by construction'"),
        (at(0, follows_from=["SR-03"]), "SR-01: follows_from is ['SR-03']; allowed: ids of other claims"),
        (at(0, follows_from=["SR-01"]), "SR-01: follows_from is ['SR-01']; allowed: ids of other claims"),
        (check(role="aside"), "SR-02: checks.error.role is 'aside'; allowed: 'core' or 'side'"),
        (check(role="side"), "SR-02: the first check is the headline, and cannot be a side one"),
        (check(label=GONE), "SR-02: checks.error: 'label' is missing"),
        (check(book=GONE), "SR-02: checks.error: 'book' is missing"),
        (check(qick={"min": 0}), "SR-02: checks.error: scale is 'qick'; allowed: quick, book, scaled, paper; did you"),
        (check(book=3), "SR-02: checks.error.book is 3; allowed: a mapping"),
        (check(book={}), "SR-02: checks.error: book is {}; allowed: `equals` alone, or one or more of min, max"),
        (check(book={"mim": 1}), "SR-02: checks.error: book is 'mim'; allowed: min, max, above, below, equals; did"),
        (check(book={"min": "x"}), "SR-02: checks.error.book.min is 'x'; allowed: a number"),
        (check(book={"min": True}), "SR-02: checks.error.book.min is True; allowed: a number"),
        (check(book={"max": float("nan")}), "SR-02: checks.error: book.max is nan; allowed: a finite number"),
        (check(book={"max": float("inf")}), "SR-02: checks.error: book.max is inf; allowed: a finite number"),
        (check(book={"min": 2, "max": 1}), "SR-02: checks.error: book: no number is at least 2 and at most 1"),
        (check(book={"equals": 0, "min": 0}), "SR-02: checks.error: book is {'equals': 0.0, 'min': 0.0}; allowed: `e"),
        (check(book={"above": 1, "below": 1}), "SR-02: checks.error: book: no number is above 1 and below 1"),
        (check(book={"min": 1, "below": 1}), "SR-02: checks.error: book: no number is at least 1 and below 1"),
        (check(quick={"above": 2, "below": 1}), "SR-02: checks.error: quick: no number is above 2 and below 1"),
    ],
}
CASES = [(name, change, line) for name, faults in FAULTS.items() for change, line in faults]


@pytest.mark.parametrize(("name", "change", "line"), CASES, ids=[f"{name}, {line}" for name, _, line in CASES])
def test_a_fault_is_one_line_that_names_file_and_entry(book, refused, name, change, line):
    tinybook.edit_data(book, name, change)
    with refused(f"{name}: {line}" if name == "scales.yml" else f"{name}, {line}"):
        read(book, name)


@pytest.mark.parametrize("name", READ)
class TestFiles:
    """What holds for each of the five files."""

    def test_it_is_read(self, book, name):
        assert read(book, name)

    def test_missing(self, book, refused, name):
        (book / "book" / name).unlink()
        with refused(f"{name} cannot be read"):
            read(book, name)

    @pytest.mark.parametrize("text", ["", "3\n", "word\n"])
    def test_of_another_kind(self, book, refused, name, text):
        (book / "book" / name).write_text(text)
        with refused(name):
            read(book, name)

    def test_not_yaml(self, book, refused, name):
        (book / "book" / name).write_text("a: [\n")
        with refused(f"{name}, line 2"):
            read(book, name)

    def test_a_key_that_stands_twice(self, book, refused, name):
        path = book / "book" / name
        lines = path.read_text("utf-8").strip().splitlines()
        first = next(number for number, line in enumerate(lines) if line.endswith(":") or ": " in line)
        indent = " " * (len(lines[first]) - len(lines[first].lstrip("- ")))
        path.write_text("\n".join([*lines[: first + 1], *lines[first:]]).replace("- id", f"{indent}id"), "utf-8")
        with refused(f"{name}, line ", "duplicate key"):
            read(book, name)


def test_further_faults_are_counted_over_all_entries(book, refused):
    def change(held):
        held[0].update(statement=3, quantity=4)
        held[2].pop("place")

    tinybook.edit_data(book, "claims.yml", change)
    with refused("claims.yml, SR-01: statement is 3; allowed: text (and 2 more faults)"):
        read(book, "claims.yml")


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("papers.yml", at(ON=GONE), "claims.yml, ON-01: paper is 'ON'; allowed: SR, BI"),
        ("papers.yml", at("ON", "chapters", definitions=GONE), "claims.yml, ON-01: chapter is 'organism-networks/de"),
        ("hinges.yml", at(steps=GONE), "claims.yml, SR-02: hinges_on is 'steps'; allowed: float32"),
        ("scales.yml", lambda held: held["scales"].pop("paper"), "claims.yml, SR-02: checks.error: scale is 'paper'"),
    ],
)
def test_what_a_claim_refers_to_must_be_there(book, refused, name, change, line):
    tinybook.edit_data(book, "claims.yml", at(1, hinges_on=["steps"]))
    tinybook.edit_data(book, "claims.yml", check(paper={"max": 1}))
    assert Book(book).claims["SR-02"].hinges_on == ("steps",)
    tinybook.edit_data(book, name, change)
    with refused(line):
        read(book, "claims.yml")


def test_a_chapter_of_the_scales_must_be_one_of_a_paper(book, refused):
    tinybook.edit_data(book, "papers.yml", at("SR", "chapters", **{"self-application": GONE}))
    with refused(f"scales.yml: chapter is '{AT}'; allowed: "):
        read(book, "scales.yml")


@pytest.mark.parametrize("name", ["papers.yml", "hinges.yml", "scales.yml"])
def test_a_fault_in_a_file_that_claims_refer_to_is_said_to_be_there(book, name):
    (book / "book" / name).write_text("3\n")
    with pytest.raises(BadInput) as caught:
        read(book, "claims.yml")
    assert str(caught.value).startswith(name)
    assert "more faults" not in str(caught.value)


def test_a_fault_in_the_papers_is_not_one_of_the_scales(book):
    tinybook.edit_data(book, "papers.yml", at("SR", title=3))
    with pytest.raises(BadInput) as caught:
        read(book, "scales.yml")
    assert str(caught.value) == "papers.yml, SR: title is 3; allowed: text"


def test_a_faulty_file_spoils_only_what_needs_it(book, refused):
    (book / "book" / "claims.yml").write_text("3\n")
    tiny = Book(book)
    assert (list(tiny.papers), list(tiny.hinges), tiny.scales[0]) == (["SR", "ON", "BI"], ["float32", "steps"], "quick")
    with refused("claims.yml is not a list of claims"):
        _ = tiny.claims


class TestBook:
    def test_papers(self, book):
        tiny = Book(book)
        assert list(tiny.papers) == ["SR", "ON", "BI"]
        assert tiny.papers["ON"].paths == {
            "organism-networks/definitions": "Definitions",
            "organism-networks/mnist": "MNIST",
        }
        assert tiny.order == [
            *(f"self-replication/{name}" for name in ("definitions", "self-application", "weight-space")),
            *("self-replication/mixed", "self-replication/soups"),
            *("organism-networks/definitions", "organism-networks/mnist", "programmed-death/death"),
        ]

    def test_hinges(self, book):
        found = Book(book).hinges["steps"]
        assert (found.title, found.meaning) == (
            "how long one goes on",
            "Earlier or later the same measurement gives another answer.",
        )

    def test_claims(self, book):
        found = Book(book).claims
        assert list(found) == ["SR-01", "SR-02", "ON-01"]
        first = found["SR-01"]
        assert {name: criterion.label for name, criterion in first.checks.items()} == {
            "zero_share": "share at zero",
            "margin": "share at zero minus share divergent",
        }
        assert all(name == criterion.name for name, criterion in first.checks.items())
        assert (first.paper, first.place, first.lost, first.note, first.hinges_on) == ("SR", "§3.1", "", "", ())
        assert (found["ON-01"].paper, found["ON-01"].checks) == ("ON", {})
        assert found["ON-01"].lost == "The value of the gain."

    def test_claims_of_a_chapter(self, book):
        assert [claim.id for claim in Book(book).claims_of(AT)] == ["SR-01", "SR-02"]
        assert Book(book).claims_of("self-replication/soups") == []

    def test_a_scale_without_bounds_of_its_own_has_those_of_the_book(self, book):
        checks = Book(book).claims["SR-01"].checks
        assert checks["zero_share"].at("quick") == {"min": 0.1}
        assert checks["zero_share"].at("scaled") == checks["zero_share"].at("book") == {"min": 0.4, "max": 0.8}
        assert checks["margin"].at("quick") == {"above": 0.0}

    def test_small_bounds_are_numbers(self, book):
        path = book / "book" / "claims.yml"
        path.write_text(tinybook.CLAIMS.replace("{equals: 0}", "{min: -1e-5, max: 1e-5}"), encoding="utf-8")
        assert Book(book).claims["SR-02"].checks["error"].at("book") == {"min": -1e-5, "max": 1e-5}

    def test_bounds_that_one_number_keeps_are_bounds(self, book):
        tinybook.edit_data(book, "claims.yml", check(book={"min": 1, "max": 1}))
        assert Book(book).claims["SR-02"].checks["error"].at("book") == {"min": 1.0, "max": 1.0}

    def test_facts_beside_the_chapters(self, book, refused):
        (book / "book" / "log.yml").write_text("{zero: 27, of: 50}\n")
        assert Book(book).data("log.yml") == {"zero": 27, "of": 50}
        with refused("logs.yml cannot be read"):
            Book(book).data("logs.yml")

    def test_nothing_is_read_before_it_is_asked_for(self, tmp_path):
        assert Book(tmp_path).file("claims.yml") == tmp_path / "book" / "claims.yml"


class TestScales:
    def test_from_the_least_to_the_most_evidence(self, book):
        assert Book(book).scales == ["quick", "book", "scaled", "paper"]

    def test_a_chapter_has_some_of_them(self, book, refused):
        scales = Book(book).by_scale
        assert scales.of(AT) == ["book", "quick"]
        with refused("chapter in scales.yml is 'self-replication/soups'", AT):
            scales.of("self-replication/soups")

    def test_a_scale_changes_what_it_names(self, book):
        scales = Book(book).by_scale
        assert scales.values(AT, "book") == tinybook.SETTINGS
        assert scales.values(AT, "quick") == {**tinybook.SETTINGS, "nets": 5, "learning_rate": 1e-3}
        assert scales.values(AT, "book") == tinybook.SETTINGS

    @pytest.mark.parametrize("scale", ["paper", "scaled", "quik", ""])
    def test_a_scale_that_the_chapter_does_not_have(self, book, refused, scale):
        with refused(f"scale of {AT} is {scale!r}; allowed: book, quick"):
            Book(book).by_scale.values(AT, scale)

    def test_a_chapter_that_is_not_there(self, book, refused):
        with refused("chapter in scales.yml is 'self-replication/soups'"):
            Book(book).by_scale.values("self-replication/soups", "book")


class TestRoot:
    def test_found_from_below(self, book, monkeypatch):
        monkeypatch.delenv("SRNN_ROOT", raising=False)
        monkeypatch.chdir(book / "book" / "self-replication")
        assert Book.here().folder == book.resolve()
        assert set(Book.here().claims) == {"SR-01", "SR-02", "ON-01"}

    def test_a_folder_that_is_named_wins(self, book, monkeypatch):
        monkeypatch.setenv("SRNN_ROOT", str(ROOT))
        assert Book.here(book).folder == book

    def test_named_by_the_environment(self, book, monkeypatch, refused, tmp_path_factory):
        elsewhere, values = tmp_path_factory.mktemp("elsewhere"), {"scale": "book", **tinybook.SETTINGS}
        monkeypatch.chdir(elsewhere)
        monkeypatch.delenv("SRNN_ROOT", raising=False)
        with refused("no book at or above", "SRNN_ROOT"):
            Judge(AT, values)
        monkeypatch.setenv("SRNN_ROOT", str(book))
        assert Judge(AT, values).scale == "book"
        monkeypatch.setenv("SRNN_ROOT", str(elsewhere))
        with refused("SRNN_ROOT is", "_config.yml"):
            Judge(AT, values)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"min": 0.45, "max": 0.65}, "at least 0.45 and at most 0.65"),
        ({"above": 0.0}, "above 0"),
        ({"below": 1e-5}, "below 1e-05"),
        ({"equals": 3.0}, "exactly 3"),
    ],
)
def test_bounds_in_words(bounds, words):
    assert describe(bounds) == words


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ({"min": 1.0}, [1.0, 2.0], [0.999]),
        ({"max": 1.0}, [1.0, 0.0], [1.001]),
        ({"above": 1.0}, [1.001], [1.0]),
        ({"below": 1.0}, [0.999], [1.0]),
        ({"equals": 0.0}, [0.0, -0.0], [1e-300]),
        ({"min": 0.45, "max": 0.65}, [0.45, 0.65], [0.44, 0.66]),
        ({}, [0.0], [float("nan"), float("inf"), -float("inf")]),
    ],
)
def test_bounds_hold_or_not(bounds, inside, outside):
    assert [accepts(bounds, value) for value in inside] == [True] * len(inside)
    assert [accepts(bounds, value) for value in outside] == [False] * len(outside)


class TestTheBookItself:
    """What must hold for the real book's data."""

    BOOK = Book(ROOT)

    def test_its_files_are_read(self):
        assert all(getattr(self.BOOK, name) for name in READ.values())
        assert isinstance(self.BOOK.by_scale, Scales)

    def test_its_claims_are_all_there(self):
        assert [sum(claim.paper == paper for claim in self.BOOK.claims.values()) for paper in self.BOOK.papers] == [
            62, 49, 43,
        ]  # fmt: skip

    def test_its_chapters_are_those_of_the_papers(self):
        assert [len(paper.chapters) for paper in self.BOOK.papers.values()] == [6, 5, 4]
        folders = ["self-replication", "organism-networks", "programmed-death"]
        assert [paper.part for paper in self.BOOK.papers.values()] == folders
        assert list(self.BOOK.by_scale.chapters) == self.BOOK.order

    def test_its_hinges_are_explained_in_words(self):
        for hinge in self.BOOK.hinges.values():
            assert hinge.title == hinge.title.strip(" .")
            assert hinge.meaning.endswith(".")
            assert len(hinge.meaning) > 40

    def test_its_rules_say_what_is_allowed(self):
        rules = self.BOOK.parameters
        assert [name for name, rule in rules.items() if not (rule.allowed and rule.meaning)] == []
        assert [name for name, rule in rules.items() if rule.stand_in and rule.stand_in not in rule.choices] == []

    def test_its_smoke_runs_are_the_least_evidence(self):
        assert self.BOOK.scales[:2] == ["quick", "book"]
        assert all({"book", "quick"} <= set(self.BOOK.by_scale.of(chapter)) for chapter in self.BOOK.order)
