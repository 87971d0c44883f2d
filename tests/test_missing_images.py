"""A machine without the images: what still runs, what is said, and that CI takes no such excuse."""

import pytest
import tinybook

from srnn_lib import __main__, data
from srnn_lib.claimbook import chapters, runner
from srnn_lib.claimbook.judge import Judge

pytest_plugins = ("tinybook_fixtures",)


@pytest.fixture
def pictured(book, monkeypatch):
    """The tiny book, whose chapter asks for MNIST, on a machine that has none and is not CI."""
    rule = {"is": "choice", "names_of": "srnn_lib.data.IMAGE_SETS", "meaning": "images", "data": "srnn_lib.data"}
    tinybook.edit_data(book, "parameters.yml", lambda held: held.update(image_set={**rule, "stand_in": "digits"}))
    nb = tinybook.chapter(parameters=tinybook.PARAMETERS + 'image_set = "mnist"\n')
    tinybook.add(book, tinybook.CHAPTER, nb, book={**tinybook.SETTINGS, "image_set": "mnist"}, quick={"nets": 5})
    monkeypatch.setenv("SRNN_DATA", str(book / "nowhere"))
    monkeypatch.delenv("CI", raising=False)
    return book


def planned(folder, scale="book", **overrides):
    return runner.plan_run(chapters.find("self-application", folder), scale, overrides)


def test_the_book_keeps_what_it_has(pictured):
    plan, remark = runner.within_reach(planned(pictured))
    assert plan is None
    assert "\n" not in remark
    assert "mnist is not in" in remark
    assert "SRNN_DATA" in remark
    assert remark.endswith("its stored outputs stay")


def test_the_smoke_run_takes_digits(pictured):
    plan, remark = runner.within_reach(planned(pictured, "quick"))
    assert (plan.given["image_set"], plan.parameters["image_set"]) == ("digits", "digits")
    assert plan.given["nets"] == 5
    assert remark.endswith("it runs on digits")


def test_the_smoke_run_replaces_all_that_is_missing(pictured):
    tinybook.edit_data(pictured, "parameters.yml", lambda held: held.update(other_set=held["image_set"]))
    nb = tinybook.chapter(parameters=tinybook.PARAMETERS + 'image_set = "mnist"\nother_set = "fashion-mnist"\n')
    values = {**tinybook.SETTINGS, "image_set": "mnist", "other_set": "fashion-mnist"}
    tinybook.add(pictured, tinybook.CHAPTER, nb, book=values, quick={"nets": 5})
    plan, remark = runner.within_reach(planned(pictured, "quick"))
    assert (plan.parameters["image_set"], plan.parameters["other_set"]) == ("digits", "digits")
    assert "mnist is not in" in remark
    assert "fashion-mnist is not in" in remark
    assert remark.endswith("it runs on digits")


def test_without_a_stand_in_the_smoke_run_does_not_take_place(pictured):
    tinybook.edit_data(pictured, "parameters.yml", lambda held: held["image_set"].pop("stand_in"))
    plan, remark = runner.within_reach(planned(pictured, "quick"))
    assert plan is None
    assert remark.endswith("its stored outputs stay")


def test_a_run_on_the_stand_in_has_own_settings(pictured):
    plan, _ = runner.within_reach(planned(pictured, "quick"))
    judge = Judge(tinybook.CHAPTER, plan.parameters, pictured)
    assert judge.own == "image_set is 'digits', at quick 'mnist'"


def test_what_is_asked_for_by_name_is_not_replaced(pictured):
    plan = planned(pictured, nets=7)
    assert runner.within_reach(plan) == (plan, "")
    digits = planned(pictured, image_set="digits")
    assert runner.within_reach(digits) == (digits, "")


def test_with_the_images_all_is_as_planned(pictured):
    raw = pictured / "nowhere" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in data.FILES:
        (raw / file).touch()
    plan = planned(pictured)
    assert runner.within_reach(plan) == (plan, "")


@pytest.mark.parametrize("scale", ["book", "quick"])
def test_continuous_integration_fails(pictured, monkeypatch, scale):
    monkeypatch.setenv("CI", "1")
    with pytest.raises(runner.RunFailed, match="mnist is not in"):
        runner.within_reach(planned(pictured, scale))


def test_the_command_says_so_in_one_line(pictured, monkeypatch, capsys):
    monkeypatch.chdir(pictured)
    before = (pictured / "book" / f"{tinybook.CHAPTER}.ipynb").read_bytes()
    assert __main__.main(["run"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert (pictured / "book" / f"{tinybook.CHAPTER}.ipynb").read_bytes() == before


@pytest.mark.parametrize(
    ("ci", "only", "code", "words"), [("", (), 0, "7 skipped"), ("1", ("-k", "guards"), 1, "1 failed")]
)
def test_cells_are_skipped_by_name_and_fail_in_ci(pictured, monkeypatch, nbval, ci, only, code, words):
    """Where nothing is skipped the guards alone are asked: they need no kernel, and the chapter was never run."""
    monkeypatch.setenv("CI", ci)
    notebook = f"book/{tinybook.CHAPTER}.ipynb"
    found, out = nbval(pictured, "-rs", "--nbval", "--nbval-current-env", *only, notebook)
    assert found == code, out
    assert words in out
    assert ("self-application: mnist is not in" in out) == (not ci)
