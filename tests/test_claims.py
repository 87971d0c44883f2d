"""The registry's rules, every verdict, and what a stored verdict must be to be believed."""

import json
import math
from html.parser import HTMLParser

import numpy as np
import pytest
import tinybook
import yaml
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from srnn_lib.book import audit, claims, registry, scoreboard
from srnn_lib.book.claims import Check, Judge, decide
from srnn_lib.estimates import NOTHING, Estimate, exact

pytest_plugins = ("tinybook_fixtures",)

GOOD = {"zero_share": Estimate(0.56, 0.49, 0.63, 200), "margin": 0.1}
HIGHER = {"zero_share": Estimate(0.5, 0.4, 0.6, 900), "margin": -0.1}


@pytest.fixture
def judge(book):
    """A judge at book scale for the tiny registry."""
    return Judge("book", book)


def load(folder, change):
    """Load the tiny registry after `change` has altered its entries."""
    path = folder / "book" / "claims.yml"
    entries = yaml.load(tinybook.CLAIMS.replace("paper: ON", "paper: 'ON'"), Loader=yaml.SafeLoader)
    change(entries)
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return registry.load(folder)


class TestLevels:
    def test_the_highest_decides_and_the_others_stand_beside_it(self, judge):
        found = judge("SR-01", {"book": GOOD, "scaled": HIGHER})
        assert (found.scale, found.word) == ("scaled", "partly")
        assert [(other.scale, other.word) for other in found.beside] == [("book", "reproduced")]
        assert "at scale book: reproduced" in str(found)
        assert "Beside it, at scale book" in found._repr_html_()
        assert judge.table().rows[0][-1] == f"{claims.SYMBOLS['partly']} partly (scaled)"

    def test_it_survives_being_stored(self, judge, book):
        found = judge("SR-01", {"scaled": HIGHER, "book": GOOD})
        again = claims.restore(found.claim, json.loads(json.dumps(found.payload)))
        assert again == found
        assert again.beside[0].payload == Judge("book", book)("SR-01", **GOOD).payload

    def test_alone_it_is_the_plain_verdict(self, judge, book):
        found = judge("SR-01", {"book": GOOD})
        assert found.payload == Judge("book", book)("SR-01", **GOOD).payload
        assert "beside" not in found.payload

    def test_the_scale_of_the_run_must_be_there(self, judge, refused):
        with refused("scales of SR-01", "scaled", "book"):
            judge("SR-01", {"scaled": HIGHER})
        with refused("scale", "large"):
            judge("SR-01", {"book": GOOD, "large": GOOD})


class TestRegistry:
    def test_entries(self, book):
        found = registry.load(book)
        assert list(found) == ["SR-01", "SR-02", "ON-01"]
        assert [criterion.name for criterion in found["SR-01"].checks] == ["zero_share", "margin"]
        assert found["SR-01"].checks[0].at("quick") == {"min": 0.1}
        assert found["SR-01"].checks[1].at("quick") == {"above": 0.0}
        assert found["ON-01"].paper == "ON"
        assert found["ON-01"].checks == ()

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda e: e[0].update(staement=e[0].pop("statement")), ("SR-01", "'staement'", "'statement'?")),
            (lambda e: e[0].pop("expected"), ("SR-01", "'expected' is missing")),
            (lambda e: e[0].update(quantity=3), ("SR-01", "quantity is 3", "text")),
            (lambda e: e[0].update(note=" "), ("SR-01", "note is ' '", "text")),
            (lambda e: e[0].update(paper="RS"), ("SR-01", "paper is 'RS'", "SR, ON, BI")),
            (lambda e: e[0].update(chapter="self-replication/soup"), ("SR-01", "'self-replication/soups'?")),
            (lambda e: e[0].update(chapter="organism-networks/mnist"), ("SR-01", "chapter is")),
            (lambda e: e[0].update(id="SR-1"), ("SR-1", "id is 'SR-1'", "SR- and two digits")),
            (lambda e: e[0].update(id="ON-02"), ("ON-02", "id is 'ON-02'", "SR- and two digits")),
            (lambda e: e[1].update(id="SR-01"), ("SR-01", "twice")),
            (lambda e: e.reverse(), ("SR-01", "stands after SR-02")),
            (lambda e: e[0].pop("checks"), ("SR-01", "checks are missing", "lost")),
            (lambda e: e[0].update(checks=["zero"]), ("SR-01", "checks is ['zero']", "a mapping")),
            (lambda e: e[1]["checks"].update({"two words": {}}), ("SR-02", "'two words'", "identifier")),
            (lambda e: e[1]["checks"].update({"class": {}}), ("SR-02", "'class'", "identifier")),
            (lambda e: e[1]["checks"]["error"].pop("label"), ("SR-02", "checks.error.label is missing")),
            (lambda e: e[1]["checks"]["error"].pop("book"), ("SR-02", "checks.error.book is missing")),
            (lambda e: e[1]["checks"]["error"].update(qick={}), ("SR-02", "checks.error", "'quick'?")),
            (lambda e: e[1]["checks"]["error"].update(book={}), ("SR-02", "checks.error.book is {}")),
            (lambda e: e[1]["checks"]["error"].update(book={"mim": 1}), ("SR-02", "'mim'", "'min'?")),
            (lambda e: e[1]["checks"]["error"].update(book={"min": "x"}), ("SR-02", "book.min is 'x'")),
            (lambda e: e[1]["checks"]["error"].update(book={"min": True}), ("SR-02", "book.min is True")),
            (lambda e: e[1]["checks"]["error"].update(book={"max": math.nan}), ("SR-02", "book.max is nan")),
            (lambda e: e[1]["checks"]["error"].update(book={"min": 2, "max": 1}), ("SR-02", "no number is")),
            (lambda e: e[1]["checks"]["error"].update(book={"equals": 0, "min": 0}), ("SR-02", "alone")),
            (lambda e: e.insert(0, "SR-01"), ("entry 1", "key is 'SR-01'", "a mapping")),
        ],
    )
    def test_faults_are_named(self, book, refused, change, words):
        with refused("claims.yml", *words):
            load(book, change)

    def test_faults_of_the_file_itself(self, book, refused):
        path = book / "book" / "claims.yml"
        path.write_text("- id: SR-01\n  id: SR-02\n")
        with refused("claims.yml, line 2", "'id' stands twice"):
            registry.load(book)
        path.write_text("SR-01: zero\n")
        with refused("claims.yml is not a list"):
            registry.load(book)
        path.write_text("- id: [\n")
        with refused("claims.yml, line 2"):
            registry.load(book)
        path.unlink()
        with refused("claims.yml cannot be read"):
            registry.load(book)

    def test_small_numbers_and_a_paper_called_on(self, book):
        path = book / "book" / "claims.yml"
        path.write_text(tinybook.CLAIMS.replace("{equals: 0}", "{min: -1e-5, max: 1e-5}"), encoding="utf-8")
        assert registry.load(book)["SR-02"].checks[0].at("book") == {"min": -1e-5, "max": 1e-5}


class TestRoot:
    def test_found_from_below(self, book, monkeypatch):
        monkeypatch.delenv("SRNN_ROOT", raising=False)
        monkeypatch.chdir(book / "book" / "self-replication")
        assert set(registry.load()) == {"SR-01", "SR-02", "ON-01"}

    def test_named_by_the_environment(self, book, monkeypatch, refused, tmp_path_factory):
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        monkeypatch.chdir(elsewhere)
        monkeypatch.delenv("SRNN_ROOT", raising=False)
        with refused("no book at or above", "SRNN_ROOT"):
            Judge("book")
        monkeypatch.setenv("SRNN_ROOT", str(book))
        assert Judge("book").scale == "book"
        monkeypatch.setenv("SRNN_ROOT", str(elsewhere))
        with refused("SRNN_ROOT is", "_config.yml"):
            Judge("book")


def check(value, n=1, **bounds):
    return Check("x", "x", bounds, Estimate(value, value, value, n))


class TestDecision:
    @pytest.mark.parametrize(
        ("found", "word"),
        [
            ([], "not testable"),
            ([True], "reproduced"),
            ([True, True, True], "reproduced"),
            ([True, False], "partly"),
            ([False, True, True], "partly"),
            ([False], "not reproduced"),
            ([False, False], "not reproduced"),
        ],
    )
    def test_every_verdict(self, found, word):
        assert decide([check(float(passed), equals=1.0) for passed in found]) == word

    @pytest.mark.parametrize(
        ("bounds", "inside", "outside"),
        [
            ({"min": 1.0}, [1.0, 2.0], [0.999]),
            ({"max": 1.0}, [1.0, 0.0], [1.001]),
            ({"above": 1.0}, [1.001], [1.0]),
            ({"below": 1.0}, [0.999], [1.0]),
            ({"equals": 0.0}, [0.0, -0.0], [1e-300]),
            ({"min": 0.45, "max": 0.65}, [0.45, 0.65], [0.44, 0.66]),
        ],
    )
    def test_bounds(self, bounds, inside, outside):
        assert [check(value, **bounds).passed for value in inside] == [True] * len(inside)
        assert [check(value, **bounds).passed for value in outside] == [False] * len(outside)

    @given(
        st.dictionaries(st.sampled_from(["min", "max", "above", "below", "equals"]), st.floats(-9, 9), min_size=1),
        st.sampled_from([NOTHING, exact(math.nan), exact(math.inf), exact(-math.inf), Estimate(0.0, 0.0, 0.0, 0)]),
    )
    def test_nothing_measured_never_passes(self, bounds, found):
        measured = Check("x", "x", bounds, found)
        assert not measured.passed
        assert decide([measured]) == ("open" if measured.empty else "not reproduced")
        assert decide([measured, check(1.0, equals=1.0)]) == "partly"


class TestJudge:
    def test_a_verdict(self, judge):
        verdict = judge("SR-01", **GOOD)
        assert verdict.word == "reproduced"
        assert verdict.payload == {
            "claim": "SR-01",
            "verdict": "reproduced",
            "scale": "book",
            "checks": [
                {"name": "zero_share", "value": 0.56, "low": 0.49, "high": 0.63, "n": 200}
                | {"bounds": {"min": 0.4, "max": 0.8}, "passed": True},
                {"name": "margin", "value": 0.1, "low": 0.1, "high": 0.1, "n": 1}
                | {"bounds": {"above": 0.0}, "passed": True},
            ],
        }

    def test_each_scale_has_its_bounds(self, book):
        quantities = GOOD | {"zero_share": 0.2}
        assert Judge("book", book)("SR-01", **quantities).word == "partly"
        assert Judge("quick", book)("SR-01", **quantities).word == "reproduced"
        assert Judge("paper", book)("SR-01", **quantities).word == "partly"

    def test_a_claim_without_a_number_is_not_testable(self, judge):
        assert judge("ON-01").word == "not testable"

    @pytest.mark.parametrize("value", [np.float32(0.5), np.int64(1), np.bool_(True), np.array(0.5), True, 1])
    def test_numbers_of_all_kinds(self, judge, value):
        stored = judge("SR-01", zero_share=0.5, margin=value).payload["checks"][1]["value"]
        assert type(stored) is float
        assert stored == float(value)

    @pytest.mark.parametrize("value", [math.nan, math.inf, NOTHING, np.float64("nan")])
    def test_what_is_not_a_number_leaves_it_open_and_is_stored_as_none(self, judge, value):
        verdict = judge("SR-01", zero_share=value, margin=value)
        assert verdict.word == "open"
        assert verdict.payload["checks"][0]["value"] is None
        assert "nothing measured" in str(verdict)
        json.dumps(verdict.payload, allow_nan=False)

    def test_refusals(self, judge, refused):
        with refused("claim is 'SR-1'", "book/claims.yml", "did you mean 'SR-01'?"):
            judge("SR-1")
        with refused("SR-01 needs the quantities zero_share, margin", "given: zero_share"):
            judge("SR-01", zero_share=0.5)
        with refused("SR-01 needs the quantities zero_share, margin", "given: zero_share, margin, more"):
            judge("SR-01", **GOOD, more=1.0)
        with refused("ON-01 needs the quantities none", "given: x"):
            judge("ON-01", x=1.0)
        for wrong in ("0.5", None, [0.5]):
            with refused("margin of SR-01 is", repr(wrong), "an Estimate or a number"):
                judge("SR-01", zero_share=0.5, margin=wrong)

    def test_a_claim_is_judged_once(self, judge, refused):
        judge("SR-01", **GOOD)
        with refused("SR-01 was judged before"):
            judge("SR-01", **GOOD)

    def test_claims_that_follow_from_others(self, judge, refused):
        judge("SR-01", **GOOD)
        with refused("claim is 'SR-02'", "judge it first"):
            judge.held("SR-01", "SR-02")
        judge("SR-02", error=1.0)
        assert judge.held("SR-01")
        assert not judge.held("SR-01", "SR-02")

    def test_unknown_scale(self, book, refused):
        with refused("scale is 'boook'", "did you mean 'book'?"):
            Judge("boook", book)

    def test_a_stored_verdict_comes_back(self, judge, book):
        for verdict in (judge("SR-01", **GOOD), judge("SR-02", error=math.nan), judge("ON-01")):
            stored = json.loads(json.dumps(verdict.payload))
            again = claims.restore(registry.load(book)[verdict.claim.id], stored)
            assert again._repr_mimebundle_() == verdict._repr_mimebundle_()


class TestDisplay:
    def test_notebooks_get_text_html_and_payload(self, judge):
        verdict = judge("SR-01", **GOOD)
        data, metadata = DisplayFormatter().format(verdict)
        assert metadata == {"srnn": verdict.payload}
        assert data["text/plain"] == str(verdict)
        for text in (data["text/plain"], data["text/html"]):
            assert "SR-01" in text
            assert "reproduced" in text
            assert "0.56 [0.49, 0.63], n = 200" in text
            assert "at least 0.4 and at most 0.8" in text
            assert "0.54 (27 of 50, log)" in text

    def test_html_is_escaped_and_balanced(self, book):
        text = tinybook.CLAIMS.replace("Most nets end at zero.", '"a < b & c"').replace("share at zero", "<i>")
        (book / "book" / "claims.yml").write_text(text, encoding="utf-8")
        html = Judge("book", book)("SR-01", **GOOD)._repr_html_()
        assert "a &lt; b &amp; c" in html
        assert "&lt;i&gt;" in html
        assert Tags.unbalanced(html) == []

    def test_table_is_in_order(self, judge):
        judge("SR-02", error=1.0)
        judge("SR-01", **GOOD)
        table = judge.table()
        assert [line.split(" | ")[0] for line in str(table).splitlines()] == ["Claim", "SR-01", "SR-02"]
        assert table._repr_html_().index("SR-01") < table._repr_html_().index("SR-02")
        assert "✗ not reproduced" in table._repr_html_()
        assert Tags.unbalanced(table._repr_html_()) == []
        assert DisplayFormatter().format(table)[1] == {}

    def test_claims_at_stake(self, book):
        table = claims.at_stake(tinybook.CHAPTER, book)
        assert [row[0] for row in table.rows] == ["SR-01", "SR-02"]
        assert "Exactly 0." in str(table)
        assert Tags.unbalanced(table._repr_html_()) == []


class Tags(HTMLParser):
    """Tags that are still open or closed out of turn."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.wrong = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    @classmethod
    def unbalanced(cls, html):
        reader = cls()
        reader.feed(html)
        return reader.open + reader.wrong


def problems(folder):
    return audit.problems(scoreboard.read(folder))


class TestAudit:
    def test_an_honest_book_has_no_fault(self, run_book):
        assert problems(run_book) == []

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (
                lambda stored: stored["srnn"].update(verdict="partly"),
                "SR-01 is not what its stored values give",
            ),
            (lambda stored: stored["srnn"]["checks"][0].update(value=0.1), "today, which is: partly"),
            (lambda stored: stored["srnn"]["checks"][0].update(passed=False), "SR-01 is not what its stored"),
            (
                lambda stored: stored["srnn"]["checks"][0]["bounds"].update(min=0.0),
                "SR-01 is not what its stored",
            ),
            (lambda stored: stored["srnn"].update(claim="SR-99"), "SR-99 is not in the registry"),
            (
                lambda stored: stored["srnn"].update(claim="ON-01"),
                "ON-01 belongs to organism-networks/definitions",
            ),
            (lambda stored: stored["srnn"].update(claim="SR-02"), "SR-02 has two stored verdicts"),
            (lambda stored: stored["srnn"].pop("checks"), "the stored verdict on SR-01 is damaged"),
            (lambda stored: stored.pop("srnn"), "SR-01 has no stored verdict"),
        ],
    )
    def test_edited_payload(self, run_book, change, fault):
        tinybook.edit(run_book, lambda nb: change(verdict_cell(nb).outputs[0].metadata))
        found = problems(run_book)
        assert any(fault in line for line in found)
        assert any("its outputs were changed after the run" in line for line in found)

    def test_edited_text(self, run_book):
        def edit(nb):
            data = verdict_cell(nb).outputs[0].data
            data["text/plain"] = data["text/plain"].replace("0.62", "0.72")

        tinybook.edit(run_book, edit)
        assert any("SR-01 is not what its stored values give" in line for line in problems(run_book))

    def test_changed_criterion(self, run_book):
        path = run_book / "book" / "claims.yml"
        path.write_text(path.read_text("utf-8").replace("max: 0.8", "max: 0.6"), encoding="utf-8")
        found = problems(run_book)
        assert any("SR-01" in line and "which is: partly" in line for line in found)
        assert any("scoreboard.json is not up to date" in line for line in found)

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda cell: cell.metadata.pop("tags"), "SR-01 stands in a cell without the tag 'verdict'"),
            (lambda cell: cell.update(execution_count=None), "SR-01 stands in a cell that was not executed"),
            (
                lambda cell: cell.update(source="show()"),
                'SR-01 is in a cell that does not call judge("SR-01"',
            ),
            (lambda cell: cell.update(outputs=[]), "SR-01 has no stored verdict"),
        ],
    )
    def test_edited_cell(self, run_book, change, fault):
        tinybook.edit(run_book, lambda nb: change(verdict_cell(nb)))
        assert any(fault in line for line in problems(run_book))

    @pytest.mark.parametrize(
        "quantity",
        [
            "0",
            "-1.0",
            "1 / 3",
            "True",
            "exact(0.0)",
            "estimates.exact(0)",
            "estimates.Estimate(0.5, 0.4, 0.6, 200)",
            "estimates.share([True, False])",
            "float(nets)",
            "(wish := 0.5)",
            "wish",
            "table['error']",
            "np.pi",
        ],
    )
    def test_constants_are_not_measurements(self, run_book, quantity):
        def edit(nb):
            before = 'wish = 2 * 0.25\ntable = {"error": 0.0}\nfrom srnn_lib.estimates import exact\n'
            verdict_cell(nb).source = f'{before}judge("SR-02", error={quantity})'

        tinybook.edit(run_book, edit)
        assert any("SR-02 is handed a constant as error" in line for line in problems(run_book))

    @pytest.mark.parametrize(
        "quantity",
        [
            "draws.max()",
            "estimates.exact(draws.max())",
            "self_error(identity())",
            "1 - float(zero.mean())",
            "exact(worst)",
            "max(errors)",
            "filled['error']",
            "len(draws)",
            "float((draws < 0.6).all())",
        ],
    )
    def test_measurements_are_not_constants(self, run_book, quantity):
        def edit(nb):
            before = "worst = 0.0\nfor draw in draws:\n    worst = max(worst, draw)\nerrors = list(draws)\n"
            before += "filled = {}\nfilled['error'] = draws.max()\n"
            verdict_cell(nb).source = f'{before}judge("SR-02", error={quantity})'

        tinybook.edit(run_book, edit)
        assert not any("constant" in line for line in problems(run_book))

    @pytest.mark.parametrize("source", ["judge = print", "def judge(*_, **__): ...", "from tricks import judge"])
    def test_there_is_one_judge(self, run_book, source):
        tinybook.edit(run_book, lambda nb: nb.cells.append(tinybook.code(source)))
        assert any("`judge` is not made once" in line for line in problems(run_book))

    def test_a_judge_at_another_scale(self, run_book):
        def edit(nb):
            nb.cells[2].source = nb.cells[2].source.replace("Judge(scale)", 'Judge("quick")')

        tinybook.edit(run_book, edit)
        assert any("`judge` is not made once" in line for line in problems(run_book))

    def test_a_chapter_that_never_ran(self, book):
        tinybook.publish(book)
        found = problems(book)
        assert f"{tinybook.CHAPTER}: never run" in found
        assert f"{tinybook.CHAPTER}: SR-01 has no stored verdict" in found
        assert not any("ON-01" in line for line in found)

    @pytest.mark.parametrize(
        "name",
        [
            "book/scoreboard.json",
            "book/scoreboard.md",
            "book/assets/scoreboard.svg",
            "book/cost.md",
            "README.md",
        ],
    )
    def test_generated_files_are_compared(self, run_book, name):
        path = run_book / name
        path.write_text(path.read_text("utf-8").replace("reproduced", "proven").replace("MiB", "GiB"), encoding="utf-8")
        assert problems(run_book) == [f"{name} is not up to date; run: python -m srnn_lib claims --write"]
        if name != "README.md":
            path.unlink()
            assert problems(run_book) == [f"{name} is not up to date; run: python -m srnn_lib claims --write"]


def verdict_cell(nb):
    return next(cell for cell in nb.cells if "verdict" in cell.metadata.get("tags", []))
