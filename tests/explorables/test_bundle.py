"""Explorables put together from their modules."""

import re
from pathlib import Path

import pytest

from srnn_lib.explorables import bundle

ROOT = Path(__file__).resolve().parents[2]
LARGEST_SCRIPT = 150_000
TWICE = "const twice = 1;\n"
every_explorable = pytest.mark.parametrize("name", bundle.known(ROOT))


@pytest.fixture
def book(tmp_path):
    """A folder that counts as a book, and a function that writes a source into it."""
    (tmp_path / "_config.yml").touch()
    (tmp_path / "book" / "explorables" / "shared").mkdir(parents=True)
    (tmp_path / "book" / "claims.yml").touch()
    for name in ("host.js", "style.css"):
        (tmp_path / "book" / "explorables" / name).touch()

    def write(name, text):
        (tmp_path / "book" / "explorables" / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture(autouse=True)
def no_root(monkeypatch):
    """The book is the one that a test names."""
    monkeypatch.delenv("SRNN_ROOT", raising=False)


def test_what_pages_load_is_what_the_sources_give():
    assert bundle.stale_files(ROOT) == []


def test_nothing_else_lies_beside_it():
    scripts = {path for path in (ROOT / bundle.PAGE_FOLDER).iterdir() if path.suffix in (".js", ".css")}
    assert scripts == set(bundle.page_files(ROOT))


@every_explorable
def test_a_script_is_small(name):
    loaded = {path.stem: len(text.encode()) for path, text in bundle.page_files(ROOT).items()}
    assert loaded[name] + loaded["host"] + loaded["style"] <= LARGEST_SCRIPT


@every_explorable
def test_a_bundle_asks_for_nothing(name):
    for text in (bundle.module(name, ROOT), bundle.page_script(name, ROOT)):
        assert not re.search(r"^\s*import\b|\bimport\(|fetch\(|XMLHttpRequest|@import", text, re.M)
        assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}


@every_explorable
def test_a_module_has_one_export_and_a_script_none(name):
    assert bundle.module(name, ROOT).count("\nexport ") == 1
    assert "\nexport default { render };" in bundle.module(name, ROOT)
    assert not re.search(r"^export ", bundle.page_script(name, ROOT), re.M)


def test_modules_come_once_and_before_those_that_use_them(book):
    book("shared/a.js", "export const one = 1;\n")
    book("shared/b.js", 'import { one } from "./a.js";\n\nexport const two = one + one;\n')
    imports = 'import { one } from "./shared/a.js";\nimport { two } from "./shared/b.js";\n\n'
    root = book("c.js", imports + "export default { render: () => one + two };\n")
    assert bundle.module("c", root) == (
        "const one = 1;\n\nconst two = one + one;\n\nexport default { render: () => one + two };\n"
    )
    assert "const explorable = { render: () => one + two };" in bundle.page_script("c", root)
    assert 'mount("c", explorable)' in bundle.page_script("c", root)


def test_writing_brings_up_to_date_and_says_what_changed(book):
    root = book("a.js", "export default { render: 1 };\n")
    assert {path.name for path in bundle.write_files(root)} == {"a.js", "host.js", "style.css"}
    assert bundle.write_files(root) == []
    book("a.js", "export default { render: 2 };\n")
    assert [path.name for path in bundle.stale_files(root)] == ["a.js"]


@pytest.mark.parametrize(
    ("word", "sources"),
    [
        ("both define twice", {"shared/a.js": TWICE, "c.js": f'import {{ b }} from "./shared/a.js";\n{TWICE}'}),
        ("missing.js", {"c.js": 'import { b } from "./missing.js";\n'}),
        ("import of c.js", {"shared/a.js": "const one = 1;\n", "c.js": 'import { two } from "./shared/a.js";\n'}),
        ("not of the form", {"shared/a.js": "", "c.js": 'import * as a from "./shared/a.js";\n'}),
        ("by a detour", {"c.js": 'import { b } from "./c.js";\n'}),
        ("explorable", {"d.js": ""}),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused(book, refused, word, sources):
    for name, text in sources.items():
        root = book(name, text)
    with refused(word):
        bundle.module("c", root)
