"""The audit of stored verdicts: an honest book has no fault, and every way to bend one has its line."""

import pytest
import tinybook
from nbformat import from_dict

from srnn_lib.claimbook import audit
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.estimates import share
from srnn_lib.claimbook.judge import Judge
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.verdicts import OWN

pytest_plugins = ("tinybook_fixtures",)

MADE = f'Judge("{tinybook.CHAPTER}", globals())'


def problems(folder):
    return audit.problems(read_board(folder))


def verdict_cell(nb):
    return next(cell for cell in nb.cells if "verdict" in cell.metadata.get("tags", []))


def rewrite(folder, source):
    """Give the verdict cell of the book another source."""

    def edit(nb):
        verdict_cell(nb).source = source

    tinybook.edit(folder, edit)


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
            (lambda stored: stored["srnn"]["checks"][0].update(value=0.1), "today, which is: undecided"),
            (lambda stored: stored["srnn"]["checks"][0].update(result="fails"), "SR-01 is not what its stored"),
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
        assert any("SR-01" in line and "which is: undecided" in line for line in found)
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
            "np.float64(0.5)",
            "np.sqrt(0.25)",
            "torch.tensor([0.5]).mean()",
            "(lambda: 0.5)()",
            "laundered()",
            "through(0.5)",
            "json.loads('0.5')",
            "sum(list_of_wishes)",
            "[*map(float, ['0.5'])][0]",
            "np.random.default_rng(7).random()",
            "filled_by_hand['error']",
            "next(iter([0.5]))",
            "Wish().error",
            "float(seed)",
            "estimates.median(np.full(9, 0.5))",
            "0.5 if scale == 'book' else 0.6",
        ],
    )
    def test_constants_are_not_measurements(self, run_book, quantity):
        before = 'wish = 2 * 0.25\ntable = {"error": 0.0}\nfrom srnn_lib.claimbook.estimates import exact\n'
        before += "import json, torch\nlist_of_wishes = []\nlist_of_wishes.append(0.5)\n"
        before += "filled_by_hand = {}\nfilled_by_hand['error'] = wish\n"
        before += "def laundered():\n    made = 0.5\n    return made\n"
        before += "def through(value):\n    return np.sqrt(value)\nclass Wish:\n    error = 0.5\n"
        rewrite(run_book, f'{before}judge("SR-02", error={quantity})')
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
        before = "worst = 0.0\nfor draw in draws:\n    worst = max(worst, draw)\nerrors = list(draws)\n"
        before += "filled = {}\nfilled['error'] = draws.max()\n"
        rewrite(run_book, f'{before}judge("SR-02", error={quantity})')
        assert not any("constant" in line for line in problems(run_book))

    @pytest.mark.parametrize("source", ["judge = print", "def judge(*_, **__): ...", "from tricks import judge"])
    def test_there_is_one_judge(self, run_book, source):
        tinybook.edit(run_book, lambda nb: nb.cells.append(tinybook.code(source)))
        assert any("`judge` is not made once" in line for line in problems(run_book))

    @pytest.mark.parametrize(
        "made",
        [
            'Judge("self-replication/soups", globals())',
            f'Judge("{tinybook.CHAPTER}", {{"scale": "book", "nets": 40}})',
            f'Judge("{tinybook.CHAPTER}", dict(globals()))',
            f'Judge("{tinybook.CHAPTER}", globals() | {{"nets": 40}})',
            f'Judge("{tinybook.CHAPTER}", globals(), Path("elsewhere"))',
            f'replace({MADE}, scale="book")',
            f"mine or {MADE}",
            f"Mine{MADE}",
            f"(mine, {MADE})[0]",
            "print",
        ],
    )
    def test_the_judge_is_that_of_the_chapter_and_sees_its_values(self, run_book, made):
        def edit(nb):
            nb.cells[2].source = nb.cells[2].source.replace(MADE, made)

        tinybook.edit(run_book, edit)
        assert f"{tinybook.CHAPTER}: `judge` is not made once, by judge = {MADE}" in problems(run_book)

    @pytest.mark.parametrize("made", [f"judge_module.{MADE}", MADE.replace('"', "'"), MADE.replace(", ", ",\n    ")])
    def test_how_the_call_is_written_does_not_matter(self, run_book, made):
        def edit(nb):
            nb.cells[2].source = nb.cells[2].source.replace(MADE, made)

        tinybook.edit(run_book, edit)
        assert not any("`judge`" in line for line in problems(run_book))

    @pytest.mark.parametrize(
        "levels", ["{'book': {'error': 0.0}}", "{scale: {'error': 1 / 3}}", "table", "{'book': {'error': exact(0)}}"]
    )
    def test_constants_by_scale_are_not_measurements(self, run_book, levels):
        before = 'table = {"book": {"error": 0.0}}\nfrom srnn_lib.claimbook.estimates import exact\n'
        rewrite(run_book, f'{before}judge("SR-02", {levels})')
        assert any("SR-02 is handed constants, not measured values" in line for line in problems(run_book))

    def test_measurements_by_scale_are_not_constants(self, run_book):
        rewrite(run_book, 'judge("SR-02", {name: {"error": table.max()} for name, table in tables.items()})')
        assert not any("constant" in line for line in problems(run_book))

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

    def test_what_was_measured_belongs_to_the_page_on_cost(self, run_book):
        (fault,) = audit.problems(read_board(run_book), "A coin takes 1 s.")
        assert fault == "book/cost.md is not up to date; run: python -m srnn_lib claims --write"

    def test_a_chapter_that_is_left_out_of_the_rendered_book(self, run_book):
        listed = f"chapters:\n  - file: book/{tinybook.CHAPTER}\n"
        (run_book / "_toc.yml").write_text(listed)
        assert problems(run_book) == []
        (run_book / "_toc.yml").write_text(listed.replace("application", "applications"))
        assert problems(run_book) == [f"_toc.yml does not list book/{tinybook.CHAPTER}"]

    def test_a_rule_that_no_chapter_needs(self, run_book):
        tinybook.edit_data(run_book, "parameters.yml", lambda held: held.update(trials={"is": "count", "meaning": "x"}))
        assert problems(run_book) == ["parameters.yml: trials is a parameter of no chapter"]

    def test_without_chapters_no_rule_is_missed(self, book):
        (book / "book" / f"{tinybook.CHAPTER}.ipynb").unlink()
        tinybook.publish(book)
        assert problems(book) == []

    def test_a_cell_that_says_something_else_than_the_scales_is_refused(self, run_book, refused):
        tinybook.edit_data(
            run_book, "scales.yml", lambda held: held["chapters"][tinybook.CHAPTER]["book"].update(nets=4)
        )
        with refused(f"{tinybook.CHAPTER}: its parameters cell and scales.yml disagree: nets is 40, 4"):
            problems(run_book)


class TestOwnSettings:
    """A verdict of a run with own settings counts as none, and is named."""

    @pytest.fixture
    def own_book(self, run_book):
        """The tiny book with a verdict on SR-01 that was found with other nets."""
        values = {"scale": "book", **tinybook.SETTINGS, "nets": 5}
        found = Judge(tinybook.CHAPTER, values, run_book)("SR-01", zero_share=share([True, False]), margin=0.5)

        def edit(nb):
            data, metadata = found._repr_mimebundle_()
            verdict_cell(nb).outputs[0].update(data=from_dict(data), metadata=from_dict(metadata))

        tinybook.edit(run_book, edit)
        return run_book

    def test_the_audit_names_it(self, own_book):
        found = problems(own_book)
        assert f"{tinybook.CHAPTER}: SR-01 was found with own settings, which do not count" in found
        assert f"{tinybook.CHAPTER}: SR-01 has no stored verdict" in found
        assert not any("SR-01 is not what" in line or "SR-01 does not fit" in line for line in found)
        assert not any("SR-02" in line for line in found)

    def test_the_board_ignores_it(self, own_book):
        board = read_board(own_book)
        assert list(board.verdicts) == ["SR-02"]
        assert board.word(board.book.claims["SR-01"]) == "open"

    def test_relabelling_it_is_found(self, own_book):
        def edit(nb):
            verdict_cell(nb).outputs[0].metadata.srnn.scale = "book"

        tinybook.edit(own_book, edit)
        found = problems(own_book)
        assert any("SR-01 is not what its stored values give today" in line for line in found)
        assert any("its outputs were changed after the run" in line for line in found)

    def test_a_verdict_beside_another_counts_no_more(self, run_book):
        def edit(nb):
            stored = verdict_cell(nb).outputs[0].metadata.srnn
            stored.beside = [from_dict({**stored, "scale": OWN})]

        tinybook.edit(run_book, edit)
        assert any(f"SR-01 does not fit the registry: scale is '{OWN}'" in line for line in problems(run_book))
        assert list(read_board(run_book).verdicts) == ["SR-02"]


class TestKeptTables:
    """The tables in `results/` are looked at, too."""

    def test_fresh_tables_are_no_fault(self, run_book):
        tinybook.keep_table(run_book)
        assert problems(run_book) == []

    def test_a_table_whose_module_changed(self, run_book, library):
        tinybook.keep_table(run_book)
        with (library / "checks.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert "results/death.parquet: stale: srnn_lib.checks changed" in problems(run_book)

    def test_a_table_that_does_not_say_what_made_it(self, run_book):
        tinybook.keep_table(run_book, modules=None)
        assert problems(run_book) == [
            "results/death.parquet: stale: the modules that made it are not there any more"
        ]  # fmt: skip

    def test_a_damaged_table(self, run_book):
        path = tinybook.keep_table(run_book)
        path.write_bytes(path.read_bytes()[:-9])
        (fault,) = problems(run_book)
        assert fault.startswith("results/death.parquet: damaged: ")
        assert "is damaged: it is not what was written; delete it and make it again" in fault

    def test_every_table_has_its_line(self, run_book):
        tinybook.keep_table(run_book)
        tinybook.keep_table(run_book, "b", modules=None)
        tinybook.keep_table(run_book, "a", modules=["srnn_lib.gone"])
        assert [line.partition(":")[0] for line in audit.stale_tables(Book(run_book))] == [
            "results/a.parquet",
            "results/b.parquet",
        ]
