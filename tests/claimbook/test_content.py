"""Content as data: what a YAML file says is what is read, and every fault in it is one line."""

import math
from typing import Any, Literal

import pytest
from pydantic import Field, FiniteFloat, ValidationError, ValidationInfo, field_validator, model_validator

from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook.content import Content, Text, lines, read_content, read_entries, read_yaml


@pytest.fixture
def held(tmp_path):
    """Writes a data file and gives its path."""

    def write(text):
        path = tmp_path / "things.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


class Part(Content):
    """Something inside a thing."""

    size: float
    bounds: dict[str, int] = Field({})


class Thing(Content):
    """One value of every kind."""

    title: Text
    text: str = ""
    many: int = 1
    share: FiniteFloat = 0.5
    sure: bool = Field(False, alias="certain")
    names: tuple[str, ...] = Field((), strict=False)
    rows: list[int] = Field([])
    part: Part | None = None
    kind: Literal["a", "b"] = "a"
    parts: dict[str, Part] = Field({})


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1e-5", 1e-5),
            ("-2", -2),
            (".inf", math.inf),
            ("ON", "ON"),
            ("no", "no"),
            ("yes", "yes"),
            ("true", True),
            ("null", None),
            ("12:30:45", "12:30:45"),
            ('"3"', "3"),
            ("[1, 2.0, a]", [1, 2.0, "a"]),
            ("{b: 1, a: 2}", {"b": 1, "a": 2}),
            (">-\n  two\n  lines", "two lines"),
            ("", None),
        ],
    )
    def test_values_are_those_of_yaml_1_2(self, held, text, value):
        found = read_yaml(held(text))
        assert found == value
        assert type(found) is type(value)

    def test_the_order_of_keys_is_kept(self, held):
        assert list(read_yaml(held("b: 1\na: 2\nc: 3\n"))) == ["b", "a", "c"]

    def test_letters_of_all_kinds(self, held):
        assert read_yaml(held("§3.1: ×α")) == {"§3.1": "×α"}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("a: 1\nb: 2\na: 3\n", ("things.yml, line 3", 'duplicate key "a"')),
            ("a:\n  b: 1\n  b: 2\n", ("things.yml, line 3", 'duplicate key "b"')),
            ("a: 1\nb: [\n", ("things.yml, line",)),
            ("a: 1\n\tb: 2\n", ("things.yml, line 2",)),
            ("a: 1\n---\nb: 2\n", ("things.yml, line 2", "another document")),
            ("a: *b\n", ("things.yml, line 1", "undefined alias")),
            ("a: !!python/object/apply:os.getcwd []\n", ("things.yml, line 1", "tag")),
        ],
    )
    def test_what_is_not_yaml_is_refused_with_its_line(self, held, refused, text, words):
        with refused(*words):
            read_yaml(held(text))

    @pytest.mark.parametrize("content", [b"\xff\xfe a", b'a: "\x00"', b"a: 2020-99-99"])
    def test_what_is_no_text_or_no_day_is_refused(self, tmp_path, refused, content):
        (tmp_path / "things.yml").write_bytes(content)
        with refused("things.yml is not YAML: "):
            read_yaml(tmp_path / "things.yml")

    def test_a_missing_file_is_named_with_its_place(self, tmp_path, refused):
        with refused("things.yml cannot be read", "No such file", str(tmp_path / "things.yml")):
            read_yaml(tmp_path / "things.yml")

    def test_a_folder_is_no_file(self, tmp_path, refused):
        (tmp_path / "things.yml").mkdir()
        with refused("things.yml cannot be read", "directory"):
            read_yaml(tmp_path / "things.yml")


class TestEntries:
    def test_they_come_by_name_in_the_files_order(self, held):
        found = read_entries(held("b: {title: B, many: 3}\na: {title: A}\n"), Thing)
        assert list(found) == ["b", "a"]
        assert found["b"] == Thing(title="B", many=3)
        assert found["a"].many == 1

    def test_names_are_text(self, held):
        assert list(read_entries(held("3: {title: three}\n"), Thing)) == ["3"]

    def test_an_entry_does_not_change_once_read(self, held):
        thing = read_entries(held("a: {title: A}\n"), Thing)["a"]
        with pytest.raises(ValidationError):
            thing.title = "B"
        assert thing.title == "A"

    def test_a_key_may_have_another_name_in_the_file(self, held, refused):
        assert read_entries(held("a: {title: A, certain: true}\n"), Thing)["a"].sure
        with refused("things.yml, a: key is 'sure'; allowed: title, text", "certain, names"):
            read_entries(held("a: {title: A, sure: true}\n"), Thing)

    def test_text_comes_on_one_line(self, held):
        assert read_entries(held('a:\n  title: "  two \\n\\n\\twords "\n'), Thing)["a"].title == "two words"

    def test_whole_numbers_are_numbers(self, held):
        part = read_entries(held("a: {title: A, part: {size: 3}}\n"), Thing)["a"].part
        assert (part.size, type(part.size)) == (3.0, float)

    @pytest.mark.parametrize("text", ["", "3", "[a, b]", "word"])
    def test_the_file_must_be_a_mapping(self, held, refused, text):
        with refused("things.yml is not a mapping of names to entries"):
            read_entries(held(text), Thing)

    def test_names_can_be_made_of_what_the_file_holds(self, held, refused):
        def by_title(entries):
            return {entry["title"]: entry for entry in entries}

        path = held("- {title: B}\n- {title: A, many: x}\n")
        with refused("things.yml, A: many is 'x'; allowed: a whole number"):
            read_entries(path, Thing, names=by_title)
        assert list(read_entries(held("- {title: B}\n- {title: A}\n"), Thing, names=by_title)) == ["B", "A"]

    def test_further_faults_are_counted(self, held, refused):
        path = held("a: {title: 3, many: x}\nb: {title: B}\nc: {title: [C]}\n")
        with refused("things.yml, a: title is 3; allowed: text (and 2 more faults)"):
            read_entries(path, Thing)

    def test_a_single_fault_is_not_counted(self, held):
        with pytest.raises(BadInput) as caught:
            read_entries(held("a: {title: 3}\n"), Thing)
        assert str(caught.value) == "things.yml, a: title is 3; allowed: text"

    def test_validators_get_the_context(self, held, refused):
        class Known(Content):
            name: str

            @field_validator("name")
            @classmethod
            def _known(cls, name: str, info: ValidationInfo) -> str:
                if name not in info.context:
                    raise bad_input("name", name, "another")
                return name

        assert read_entries(held("a: {name: x}\n"), Known, {"x"})["a"].name == "x"
        with refused("things.yml, a: name: name is 'x'; allowed: another"):
            read_entries(held("a: {name: x}\n"), Known, {"y"})


FAULTS = [
    ("{}", "a: 'title' is missing"),
    ("{titel: A}", "a: key is 'titel'; allowed: title, text, many"),
    (
        "{title: A, titel: B}",
        "a: key is 'titel'; allowed: title, text, many, share, certain, names, rows, part, kind, parts; did",
    ),
    ("{title: A, 3: B}", "a: key is 3; allowed: title, text, many"),
    ("word", "a: this is 'word'; allowed: a mapping of keys to values"),
    ("[1]", "a: this is [1]; allowed: a mapping of keys to values"),
    ("null", "a: this is None; allowed: a mapping of keys to values"),
    ("{title: ' '}", "a: title is ' '; allowed: text, not empty"),
    ("{title: 3}", "a: title is 3; allowed: text"),
    ("{title: null}", "a: title is None; allowed: text"),
    ("{title: A, text: 1.5}", "a: text is 1.5; allowed: text"),
    ("{title: A, many: '3'}", "a: many is '3'; allowed: a whole number"),
    ("{title: A, many: 3.0}", "a: many is 3.0; allowed: a whole number"),
    ("{title: A, many: true}", "a: many is True; allowed: a whole number"),
    ("{title: A, share: x}", "a: share is 'x'; allowed: a number"),
    ("{title: A, share: false}", "a: share is False; allowed: a number"),
    ("{title: A, share: .nan}", "a: share is nan; allowed: a finite number"),
    ("{title: A, certain: 1}", "a: certain is 1; allowed: true or false"),
    ("{title: A, certain: 'yes'}", "a: certain is 'yes'; allowed: true or false"),
    ("{title: A, names: word}", "a: names is 'word'; allowed: a list"),
    ("{title: A, names: [x, 3]}", "a: names.1 is 3; allowed: text"),
    ("{title: A, rows: 3}", "a: rows is 3; allowed: a list"),
    ("{title: A, rows: [1, x]}", "a: rows.1 is 'x'; allowed: a whole number"),
    ("{title: A, kind: c}", "a: kind is 'c'; allowed: 'a' or 'b'"),
    ("{title: A, part: 3}", "a: part is 3; allowed: a mapping of keys to values"),
    ("{title: A, part: {}}", "a: part: 'size' is missing"),
    ("{title: A, part: {sise: 1}}", "a: part: key is 'sise'; allowed: size, bounds; did you mean 'size'?"),
    ("{title: A, parts: [1]}", "a: parts is [1]; allowed: a mapping of keys to values"),
    ("{title: A, parts: {p: {size: x}}}", "a: parts.p.size is 'x'; allowed: a number"),
    ("{title: A, parts: {p: {size: 1, bounds: {q: x}}}}", "a: parts.p.q is 'x'; allowed: a whole number"),
]


@pytest.mark.parametrize(("entry", "line"), FAULTS, ids=[entry for entry, _ in FAULTS])
def test_a_fault_is_one_line_that_names_file_entry_and_place(held, refused, entry, line):
    with refused(f"things.yml, {line}"):
        read_entries(held(f"a: {entry}\n"), Thing)


class TestWholeFiles:
    def test_it_is_read_as_one_entry(self, held):
        assert read_content(held("title: A\nmany: 3\n"), Thing) == Thing(title="A", many=3)

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("", "things.yml: this is None; allowed: a mapping of keys to values"),
            ("- 3\n", "things.yml: this is [3]; allowed: a mapping of keys to values"),
            ("many: 3\n", "things.yml: 'title' is missing"),
            ("title: A\nmany: x\n", "things.yml: many is 'x'; allowed: a whole number"),
            ("title: 3\nmany: x\n", "things.yml: title is 3; allowed: text (and 1 more"),
        ],
    )
    def test_faults_name_the_file(self, held, refused, text, line):
        with refused(line):
            read_content(held(text), Thing)

    def test_validators_get_the_context(self, held, refused):
        class Known(Content):
            name: str

            @model_validator(mode="after")
            def _known(self, info: ValidationInfo) -> "Known":
                if self.name not in info.context:
                    raise BadInput(f"{self.name} is not known")
                return self

        assert read_content(held("name: x\n"), Known, {"x"}).name == "x"
        with refused("things.yml: y is not known"):
            read_content(held("name: y\n"), Known, {"x"})


def test_every_fault_has_its_line():
    given: dict[str, Any] = {"title": 3, "many": "x", "parts": {"p": {"size": "y"}}}
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate(given)
    assert list(lines(caught.value)) == [
        "title is 3; allowed: text",
        "many is 'x'; allowed: a whole number",
        "parts.p.size is 'y'; allowed: a number",
    ]


def test_long_values_are_shortened():
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate({"title": "A", "many": "word " * 100})
    (line,) = lines(caught.value)
    assert "…" in line
    assert len(line) < 150
