"""Every verdict: what decides it, what it shows, and whether its run had the settings that it names."""

import json
import math
from html.parser import HTMLParser

import numpy as np
import pytest
import tinybook
from IPython.core.formatters import DisplayFormatter

from srnn_lib.claimbook.estimates import NOTHING, Estimate
from srnn_lib.claimbook.judge import Judge
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.verdicts import OWN, SYMBOLS, Verdict, at_levels, headline, restore, restore_variant, verdict

pytest_plugins = ("tinybook_fixtures",)

GOOD = {"zero_share": Estimate(0.56, 0.49, 0.63, 200), "margin": 0.1}
HIGHER = {"zero_share": Estimate(0.5, 0.4, 0.6, 900), "margin": -0.1}


SCALES = ["quick", "book", "scaled", "paper"]


def judging(folder, scale="book", **changed):
    """A judge of the tiny chapter at a scale, whose values are those of that scale but for some `changed`."""
    values = {"scale": scale, **Book(folder).by_scale.values(tinybook.CHAPTER, scale), **changed}
    return Judge(tinybook.CHAPTER, values, folder)


@pytest.fixture
def judge(book):
    """A judge at book scale for the tiny registry."""
    return judging(book)


@pytest.fixture
def claims(book):
    """The tiny registry."""
    return Book(book).claims


class TestLevels:
    def test_the_highest_decides_and_the_others_stand_beside_it(self, judge):
        found = judge("SR-01", {"book": GOOD, "scaled": HIGHER})
        assert (found.scale, found.word) == ("scaled", "partly")
        assert [(other.scale, other.word) for other in found.beside] == [("book", "reproduced")]
        assert "at scale book: ✓ reproduced" in str(found)
        assert "Beside it, at scale book" in found._repr_html_()
        assert judge.table().rows[0][-1] == f"{SYMBOLS['partly']} partly (scaled)"

    def test_it_survives_being_stored(self, judge, book):
        found = judge("SR-01", {"scaled": HIGHER, "book": GOOD})
        again = restore(found.claim, json.loads(json.dumps(found.payload)), SCALES)
        assert again == found
        assert again.beside[0].payload == judging(book)("SR-01", **GOOD).payload

    def test_alone_it_is_the_plain_verdict(self, judge, book):
        found = judge("SR-01", {"book": GOOD})
        assert found.payload == judging(book)("SR-01", **GOOD).payload
        assert "beside" not in found.payload

    def test_kept_tables_may_stand_alone(self, judge, book):
        found = judge("SR-01", {"scaled": HIGHER})
        assert (found.scale, found.word, found.beside) == ("scaled", "partly", ())
        other = judging(book, nets=41)("SR-01", {"scaled": HIGHER})
        assert other.payload == found.payload  # nothing of it is of that run

    def test_lower_scales_and_none_are_refused(self, judge, refused):
        for given in ({"quick": GOOD, "book": GOOD}, {}):
            with refused("scales of SR-01", "book, the scale of this run, and higher ones"):
                judge("SR-01", given)
        with refused("scale is 'large'; allowed: quick, book, scaled, paper"):
            judge("SR-01", {"book": GOOD, "large": GOOD})

    @pytest.mark.parametrize("order", [["book", "paper", "scaled"], ["paper", "book", "scaled"]])
    def test_the_books_list_of_scales_says_which_is_the_highest(self, claims, order):
        found = at_levels(claims["SR-01"], dict.fromkeys(order, GOOD), SCALES)
        assert [found.scale, *(other.scale for other in found.beside)] == ["paper", "scaled", "book"]
        turned = at_levels(claims["SR-01"], dict.fromkeys(order, GOOD), ["paper", "scaled", "book"])
        assert [turned.scale, *(other.scale for other in turned.beside)] == ["book", "scaled", "paper"]


class TestVariantsAtHigherScales:
    def test_a_variant_stands_beside_the_verdict_of_its_scale(self, judge):
        judge("SR-01", {"book": GOOD, "scaled": HIGHER})
        found = judge.under("float32", "double precision", {"SR-01": GOOD}, "scaled")
        assert found.turned == ["SR-01"]
        assert found.payload["verdicts"][0]["scale"] == "scaled"
        assert judge.under("float32", "single precision", {"SR-01": GOOD}).turned == []

    def test_a_scale_at_which_nothing_was_judged_is_refused(self, judge, refused):
        judge("SR-01", **GOOD)
        with refused("claim is 'SR-01'", "at scale scaled"):
            judge.under("float32", "double precision", {"SR-01": GOOD}, "scaled")


class TestJudge:
    def test_a_verdict(self, judge):
        found = judge("SR-01", **GOOD)
        assert isinstance(found, Verdict)
        assert found.word == "reproduced"
        assert found.payload == {
            "claim": "SR-01",
            "verdict": "reproduced",
            "scale": "book",
            "checks": [
                {"name": "zero_share", "value": 0.56, "low": 0.49, "high": 0.63, "n": 200}
                | {"bounds": {"min": 0.4, "max": 0.8}, "result": "holds"},
                {"name": "margin", "value": 0.1, "low": 0.1, "high": 0.1, "n": 1}
                | {"bounds": {"above": 0.0}, "result": "holds"},
            ],
        }

    def test_each_scale_has_its_bounds(self, book, claims):
        quantities = GOOD | {"zero_share": 0.2}
        assert judging(book)("SR-01", **quantities).word == "partly"
        assert judging(book, "quick")("SR-01", **quantities).word == "reproduced"
        assert verdict(claims["SR-01"], "paper", quantities).word == "partly"

    def test_a_claim_without_a_number_is_not_testable(self, judge):
        assert judge("ON-01").word == "not testable"

    @pytest.mark.parametrize("value", [np.float32(0.5), np.int64(1), np.bool_(True), np.array(0.5), True, 1])
    def test_numbers_of_all_kinds(self, judge, value):
        stored = judge("SR-01", zero_share=0.5, margin=value).payload["checks"][1]["value"]
        assert type(stored) is float
        assert stored == float(value)

    @pytest.mark.parametrize("value", [math.nan, math.inf, NOTHING, np.float64("nan")])
    def test_what_is_not_a_number_leaves_it_open_and_is_stored_as_none(self, judge, value):
        found = judge("SR-01", zero_share=value, margin=value)
        assert found.word == "open"
        assert found.payload["checks"][0]["value"] is None
        assert "nothing measured" in str(found)
        assert json.loads(json.dumps(found.payload, allow_nan=False)) == found.payload

    def test_refusals(self, judge, refused):
        with refused("claim is 'SR-1'", "book/claims.yml", "did you mean 'SR-01'?"):
            judge("SR-1")
        with refused("SR-01 needs the quantities zero_share, margin", "given: zero_share"):
            judge("SR-01", zero_share=0.5)
        with refused("SR-01 needs the quantities zero_share, margin", "given: zero_share, margin, more"):
            judge("SR-01", **GOOD, more=1.0)
        with refused("ON-01 needs the quantities none", "given: x"):
            judge("ON-01", x=1.0)
        for wrong in ("0.5", None, [0.5], np.array([0.5, 0.25])):
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

    @pytest.mark.parametrize("scale", ["boook", "paper", 3, None])
    def test_a_scale_that_the_chapter_does_not_have(self, book, refused, scale):
        with refused(f"scale is {scale!r}; allowed: book, quick"):
            Judge(tinybook.CHAPTER, {"scale": scale, **tinybook.SETTINGS}, book)

    def test_values_without_a_scale(self, book, refused):
        with refused("scale is None; allowed: book, quick"):
            Judge(tinybook.CHAPTER, tinybook.SETTINGS, book)

    def test_a_chapter_that_has_no_scales(self, book, refused):
        with refused("chapter in scales.yml is 'self-application'", "did you mean 'self-replication/self-application'"):
            Judge("self-application", {"scale": "book", **tinybook.SETTINGS}, book)

    def test_a_stored_verdict_comes_back(self, judge, claims):
        for found in (judge("SR-01", **GOOD), judge("SR-02", error=math.nan), judge("ON-01")):
            stored = json.loads(json.dumps(found.payload))
            again = restore(claims[found.claim.id], stored, SCALES)
            assert again._repr_mimebundle_() == found._repr_mimebundle_()

    def test_todays_bounds_decide_on_stored_values(self, book, judge):
        stored = judge("SR-01", **GOOD).payload
        tinybook.edit_data(book, "claims.yml", lambda held: held[0]["checks"]["margin"].update(book={"above": 0.5}))
        again = restore(Book(book).claims["SR-01"], stored, SCALES)
        assert (stored["verdict"], again.word) == ("reproduced", "partly")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda stored: stored.pop("scale"), ("the stored verdict on SR-01 is damaged", "scale")),
            (lambda stored: stored.pop("checks"), ("the stored verdict on SR-01 is damaged", "checks")),
            (lambda stored: stored.update(checks=None), ("the stored verdict on SR-01 is damaged",)),
            (lambda stored: stored["checks"][0].pop("value"), ("the stored verdict on SR-01 is damaged", "value")),
            (lambda stored: stored["checks"].pop(), ("SR-01 needs the quantities zero_share, margin", "given: zero")),
            (lambda stored: stored.update(scale="large"), ("scale is 'large'; allowed: quick, book, scaled, paper",)),
            (lambda stored: stored.update(scale=OWN), (f"scale is '{OWN}'; allowed: quick, book, scaled, paper",)),
            (lambda stored: stored["beside"][0].update(scale=OWN), (f"scale is '{OWN}'; allowed: quick, book",)),
        ],
    )
    def test_a_payload_that_is_not_one(self, judge, claims, refused, change, words):
        stored = json.loads(json.dumps(judge("SR-01", {"book": GOOD, "scaled": HIGHER}).payload))
        change(stored)
        with refused(*words):
            restore(claims["SR-01"], stored, SCALES)


DOUBLE = {"SR-01": {"zero_share": Estimate(0.3, 0.2, 0.35, 200), "margin": -0.2}, "SR-02": {"error": 0.0}}


class TestVariants:
    @pytest.fixture
    def judged(self, judge):
        judge("SR-01", **GOOD)
        judge("SR-02", error=0.0)
        return judge

    def test_a_claim_hinges_on_what_turns_its_word(self, judged):
        found = judged.under("float32", "double precision", DOUBLE)
        assert found.turned == ["SR-01"]
        assert [[other.word, held.word] for other, held in found.pairs] == [
            ["not reproduced", "reproduced"], ["reproduced", "reproduced"],
        ]  # fmt: skip
        assert "SR-01 turns." in str(found)
        assert judged.verdicts["SR-01"].word == "reproduced"

    def test_a_quantity_may_be_another_one_than_its_check_says(self, judged):
        named = {"SR-01": {"zero_share": "share at zero after ten"}}
        found = judged.under("steps", "ten", {"SR-01": GOOD}, named=named)
        assert "share at zero after ten: 0.56" in str(found) and "share at zero: " not in str(found)
        stored = json.loads(json.dumps(found.payload))
        assert str(restore_variant(stored, judged.verdicts)) == str(found)

    def test_a_name_needs_its_quantity(self, judged, refused):
        for named in ({"SR-02": {"error": "x"}}, {"SR-01": {"gain": "x"}}):
            with refused("named is", "claims and checks among the quantities"):
                judged.under("steps", "ten", {"SR-01": GOOD}, named=named)

    def test_what_is_undecided_turns_nothing(self, judged):
        found = judged.under("steps", "half as many", {"SR-01": GOOD | {"margin": Estimate(0.1, -0.1, 0.3, 9)}})
        assert (found.pairs[0][0].word, found.turned) == ("undecided", [])
        assert "\nSR-01 would be left undecided." in str(found)

    def test_what_is_undecided_as_it_stands_may_be_decided(self, judge):
        judge("SR-01", **GOOD | {"margin": Estimate(0.1, -0.1, 0.3, 9)})
        found = judge.under("steps", "half as many", {"SR-01": GOOD})
        assert (found.turned, found.loosened, found.settled) == ([], [], ["SR-01"])
        assert str(found).endswith("\nSR-01 would be decided.")

    def test_it_is_compared_at_the_scale_of_the_run(self, judge):
        judge("SR-01", {"book": GOOD, "scaled": HIGHER})
        found = judge.under("float32", "double precision", {"SR-01": GOOD})
        assert (found.pairs[0][1].scale, found.turned) == ("book", [])

    def test_side_checks_may_be_left_out(self, book):
        tinybook.edit_data(book, "claims.yml", lambda held: held[0]["checks"]["margin"].update(role="side"))
        judge = judging(book)
        judge("SR-01", **GOOD)
        found = judge.under("float32", "double precision", {"SR-01": {"zero_share": 0.2}})
        assert found.turned == ["SR-01"]

    def test_notebooks_get_text_html_and_payload_and_it_comes_back(self, judged):
        found = judged.under("float32", "double precision", DOUBLE)
        data, metadata = DisplayFormatter().format(found)
        stored = json.loads(json.dumps(metadata["srnn-variant"], allow_nan=False))
        assert restore_variant(stored, judged.verdicts)._repr_mimebundle_() == found._repr_mimebundle_()
        assert "Under double precision" in data["text/html"]
        assert Tags.unbalanced(data["text/html"]) == []

    @pytest.mark.parametrize("change", [{"verdicts": []}, {"verdicts": None}, {"verdicts": [{"claim": "SR-01"}]}])
    def test_a_payload_that_is_not_one(self, judged, refused, change):
        stored = judged.under("float32", "double precision", DOUBLE).payload
        with refused("a stored variant is damaged"):
            restore_variant(stored | change, judged.verdicts)

    def test_refusals(self, judged, refused):
        judged.under("float32", "double precision", DOUBLE)
        with refused("hinge is 'size'; allowed: float32, steps"):
            judged.under("size", "ten", DOUBLE)
        with refused("variant double precision", "each choice once"):
            judged.under("float32", "double precision", DOUBLE)
        with refused("variant half", "claims to vary"):
            judged.under("steps", "half", {})
        with refused("claim is 'ON-01'", "one judged before at scale book"):
            judged.under("steps", "half", {"ON-01": {}})
        with refused("SR-01 under half needs the quantities zero_share, margin; given: margin"):
            judged.under("steps", "half", {"SR-01": {"margin": 0.1}})


class TestDisplay:
    def test_notebooks_get_text_html_and_payload(self, judge):
        found = judge("SR-01", **GOOD)
        data, metadata = DisplayFormatter().format(found)
        assert metadata == {"srnn": found.payload}
        assert data["text/plain"] == str(found)
        for text in (data["text/plain"], data["text/html"]):
            assert "SR-01" in text
            assert "reproduced" in text
            assert "0.56 [0.49, 0.63], n = 200" in text
            assert "at least 0.4 and at most 0.8" in text
            assert "0.54 (27 of 50, log)" in text

    def test_html_is_escaped_and_balanced(self, book):
        text = tinybook.CLAIMS.replace("Most nets end at zero.", '"a < b & c"').replace("share at zero", "<i>")
        (book / "book" / "claims.yml").write_text(text, encoding="utf-8")
        html = judging(book)("SR-01", **GOOD)._repr_html_()
        assert "a &lt; b &amp; c" in html
        assert "&lt;i&gt;" in html
        assert Tags.unbalanced(html) == []

    def test_one_check_with_nothing_beside_it_takes_one_line(self, judge):
        html = judge("SR-02", error=0.0)._repr_html_()
        assert "<p>largest self-error: 0; wanted: exactly 0; ✓ holds. Scale: book.</p>" in html
        assert "<table>" not in html
        assert "<table>" in judge("SR-01", **GOOD)._repr_html_()

    def test_where_nothing_is_expected_nothing_is_said(self, judge):
        found = judge("SR-02", error=0.0)
        assert "xpected" not in str(found) + found._repr_html_()
        assert str(found).endswith("exactly 0; holds")

    def test_what_kind_of_claim_it_is_is_said_all_the_same(self, book):
        change = {"kind": "analytical", "follows_from": ["SR-01"]}
        tinybook.edit_data(book, "claims.yml", lambda held: held[1].update(change))
        found = judging(book)("SR-02", error=0.0)
        assert str(found).endswith("\n  Kind: analytical. Follows from SR-01.")
        assert "Scale: book. Kind: analytical. Follows from SR-01.</p>" in found._repr_html_()

    def test_table_is_in_order(self, judge):
        judge("SR-02", error=1.0)
        judge("SR-01", **GOOD)
        table = judge.table()
        assert [line.split(" | ")[0] for line in str(table).splitlines()] == ["Claim", "SR-01", "SR-02"]
        assert table._repr_html_().index("SR-01") < table._repr_html_().index("SR-02")
        assert "✗ not reproduced" in table._repr_html_()
        assert Tags.unbalanced(table._repr_html_()) == []
        assert DisplayFormatter().format(table)[1] == {}

    def test_the_headline_is_what_the_verdict_rests_on(self, book, judge):
        assert headline(judge("SR-01", **GOOD)) == "share at zero: 0.56 [0.49, 0.63], n = 200"
        failing = judging(book)("SR-01", **GOOD | {"margin": -0.5})
        assert (failing.word, headline(failing)) == ("partly", "share at zero minus share divergent: -0.5")

    def test_the_first_word_of_a_row_is_its_heading(self, judge):
        judge("SR-01", **GOOD)
        assert '<tr><th scope="row">SR-01</th><td>' in judge.table()._repr_html_()

    def test_a_verdict_without_checks_has_no_headline(self, judge):
        assert headline(judge("ON-01")) == ""

    def test_claims_at_stake_are_those_of_the_chapter(self, book, judge):
        table = judge.at_stake()
        assert [row[0] for row in table.rows] == ["SR-01", "SR-02"]
        assert table.rows[1] == ("SR-02", "The error of the identity net is $0$.", "§3.2", "Exactly 0.")
        assert table.summary == "2 claims are at stake in this chapter; these are their criteria"
        assert Tags.unbalanced(html := table._repr_html_()) == []
        assert html.startswith('<details class="srnn-stakes"><summary>2 claims are at stake')
        assert DisplayFormatter().format(table)[1] == {}

    def test_one_claim_at_stake(self, book):
        tinybook.edit_data(book, "claims.yml", lambda held: held.pop(1))
        assert judging(book).at_stake().summary.startswith("One claim is at stake")


DIFFERENT = [
    ({"nets": 41}, "nets is 41, at book 40"),
    ({"learning_rate": 0.02}, "learning_rate is 0.02, at book 0.01"),
    ({"noise_levels": [0.1]}, "noise_levels is [0.1], at book [0.1, 0.001]"),
    ({"noise_levels": [0.001, 0.1]}, "noise_levels is [0.001, 0.1], at book [0.1, 0.001]"),
    ({"nets": "40"}, "nets is '40', at book 40"),
    ({"nets": 40.5}, "nets is 40.5, at book 40"),
    ({"noise_levels": np.array([0.1, 0.001])}, "noise_levels is array([0.1  , 0.001]), at book [0.1, 0.001]"),
    ({"noise_levels": (0.1, 0.001)}, "noise_levels is (0.1, 0.001), at book [0.1, 0.001]"),
    ({"nets": None}, "nets is None, at book 40"),
    ({"nets": 41, "seed": 4}, "seed is 4, at book 3; nets is 41, at book 40"),
]


class TestOwnSettings:
    """A run with values that no scale has is shown, and does not count."""

    @pytest.mark.parametrize("scale", ["book", "quick"])
    def test_the_values_of_a_scale_are_not_own(self, book, scale):
        found = judging(book, scale)("SR-01", **GOOD)
        assert (found.own, found.payload["scale"]) == ("", scale)
        assert f"SR-01: reproduced (scale: {scale})" in str(found)
        assert f"Scale: {scale}." in found._repr_html_()
        assert OWN not in str(found) + found._repr_html_()

    def test_how_a_number_is_written_does_not_matter(self, book):
        assert judging(book, nets=40.0, noise_levels=[1e-1, 1e-3]).own == ""

    def test_other_names_of_the_chapter_do_not_matter(self, book):
        assert judging(book, draws=[1, 2], threads=7).own == ""

    @pytest.mark.parametrize(("changed", "words"), DIFFERENT, ids=[words for _, words in DIFFERENT])
    def test_values_changed_by_hand_are_named(self, book, changed, words):
        judge = judging(book, **changed)
        found = judge("SR-01", **GOOD)
        assert judge.own == found.own == words
        assert str(found).splitlines()[0] == f"SR-01: reproduced (own settings, which do not count: {words})"
        assert f"{OWN}, which do not count:".capitalize() in found._repr_html_()
        assert 'class="srnn-verdict srnn-own-settings"' in found._repr_html_()
        assert "srnn-reproduced" not in found._repr_html_()
        assert found.payload == {**judging(book)("SR-01", **GOOD).payload, "scale": OWN}

    def test_a_scale_typed_by_hand_over_values_of_another(self, book):
        judge = judging(book, "quick", **tinybook.SETTINGS)
        found = judge("SR-01", **GOOD | {"zero_share": 0.2})
        assert found.own == "nets is 40, at quick 5; learning_rate is 0.01, at quick 0.001"
        assert found.payload["scale"] == OWN
        assert f"own settings, which do not count: {found.own}" in str(found)

    def test_a_value_that_is_gone(self, book):
        values = {"scale": "book", **tinybook.SETTINGS}
        judge = Judge(tinybook.CHAPTER, values, book)
        del values["seed"]
        assert judge.own == "seed is None, at book 3"

    def test_the_values_count_when_the_claim_is_judged(self, book):
        values = {"scale": "book", **tinybook.SETTINGS}
        judge = Judge(tinybook.CHAPTER, values, book)
        assert judge("SR-02", error=0.0).own == ""
        values["nets"] = 41
        assert judge("SR-01", **GOOD).own == "nets is 41, at book 40"
        assert judge.verdicts["SR-02"].own == ""

    def test_the_scale_cannot_change_on_the_way(self, book):
        values = {"scale": "book", **tinybook.SETTINGS}
        judge = Judge(tinybook.CHAPTER, values, book)
        values["scale"] = "quick"
        found = judge("SR-01", **GOOD | {"zero_share": 0.2})
        assert found.own == "scale is 'quick', at book 'book'"
        assert (found.word, found.payload["scale"]) == ("partly", OWN)

    def test_what_is_stored_in_results_does_not_help(self, book):
        found = judging(book, nets=41)("SR-01", {"book": GOOD, "scaled": HIGHER})
        assert (found.scale, found.payload["scale"]) == ("scaled", OWN)
        assert [other["scale"] for other in found.payload["beside"]] == [OWN]
        assert "with own settings: ✓ reproduced" in str(found)
        assert "Beside it, with own settings: " in found._repr_html_()
        assert "at scale book" not in str(found) + found._repr_html_()
        assert "own settings, which do not count: nets is 41" in str(found)

    def test_the_table_of_the_chapter_says_so(self, book):
        judge = judging(book, nets=41)
        judge("SR-02", error=1.0)
        judge("SR-01", **GOOD)
        assert [row[-1] for row in judge.table().rows] == [
            "✓ reproduced (own settings)",
            "✗ not reproduced (own settings)",
        ]
        assert "✓ reproduced (own settings)" in judge.table()._repr_html_()

    def test_html_is_escaped(self, book):
        html = judging(book, nets="<b>&")("SR-01", **GOOD)._repr_html_()
        assert "nets is &#x27;&lt;b&gt;&amp;&#x27;, at book 40" in html
        assert Tags.unbalanced(html) == []

    def test_notebooks_get_it_in_text_html_and_payload(self, book):
        data, metadata = DisplayFormatter().format(judging(book, nets=41)("SR-01", **GOOD))
        assert metadata["srnn"]["scale"] == OWN
        assert "nets is 41, at book 40" in data["text/plain"]
        assert "nets is 41, at book 40" in data["text/html"]


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
