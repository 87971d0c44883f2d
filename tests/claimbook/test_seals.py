"""Whatever is kept is compared with its seal when it is read: no flip, cut, swap or edit goes unseen."""

import random

import pandas as pd
import pytest
import safetensors.torch
import tinybook
import torch
from pyarrow import parquet

from srnn_lib import saving
from srnn_lib.checks import BadInput
from srnn_lib.claimbook import audit, results, seals, store
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.cli import main
from srnn_lib.organisms import pruning
from srnn_lib.organisms.organism import Organism, load_organisms, save_organisms
from srnn_lib.replicators import population
from srnn_lib.replicators.architecture import Architecture

pytest_plugins = ("tinybook_fixtures",)

SETTINGS = {"seed": 3}
MODULES = ["srnn_lib.randomness"]
FRAME = pd.DataFrame({"noise": [0.1, 1e-9], "steps": [3, 12], "kind": ["zero", "divergent"]})
FLIPS, CUTS = 300, 60


def kept_table(folder):
    results.write_table(FRAME, folder / "table.parquet", {"day": "today"})
    return folder / "table.parquet", results.read_table


def kept_result(folder):
    path = folder / "result.safetensors"
    saving.save_tensors(path, {"weights": torch.arange(9.0), "empty": torch.ones(0, 3)}, SETTINGS)
    return path, store.read_result


def kept_population(folder):
    shape = Architecture((4, 2, 1))
    population.save_population(folder / "nets", shape, torch.ones(3, shape.weight_count))
    return folder / "nets", population.load_population


def kept_organisms(folder):
    shape = Organism()
    save_organisms(folder / "organisms", shape, shape.populate(2, torch.Generator().manual_seed(0)))
    return folder / "organisms", load_organisms


def exported(folder):
    shape = Organism((6, 4, 3))
    gains = torch.linspace(-1, 1, 36)
    pruning.export(folder / "network", shape, gains, gains.abs() > 0.5)
    return folder / "network", pruning.read_network


KINDS = [kept_table, kept_result, kept_population, kept_organisms, exported]


@pytest.fixture(params=KINDS)
def kept(request, tmp_path):
    """A file of every kind, and what reads it."""
    return request.param(tmp_path)


def test_every_flipped_bit_is_found(kept):
    path, read = kept
    whole, seen, rng = path.read_bytes(), 0, random.Random(0)
    for place in rng.sample(range(8 * len(whole)), FLIPS):
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(BadInput) as caught:
            read(path)
        assert "\n" not in str(caught.value)
        seen += 1
    path.write_bytes(whole)
    read(path)
    assert seen == FLIPS


def test_every_cut_is_found(kept):
    path, read = kept
    whole = path.read_bytes()
    for cut in range(CUTS):
        path.write_bytes(whole[: len(whole) * cut // CUTS])
        with pytest.raises(BadInput):
            read(path)
    for longer in (b"\0", b"PAR1", whole):
        path.write_bytes(whole + longer)
        with pytest.raises(BadInput):
            read(path)


def test_the_same_tensors_give_the_same_file(tmp_path):
    files = [tmp_path / name for name in "ab"]
    for file in files:
        saving.save_tensors(file, {"b": torch.ones(3), "a": torch.zeros(2, dtype=torch.bool)}, {"x": [1, "ü"]})
    assert files[0].read_bytes() == files[1].read_bytes()


def test_other_programs_read_what_is_sealed(tmp_path):
    path, _ = kept_result(tmp_path)
    assert torch.equal(safetensors.torch.load_file(path)["weights"], torch.arange(9.0))
    path, _ = kept_table(tmp_path)
    pd.testing.assert_frame_equal(parquet.read_table(path).to_pandas(), FRAME)


def test_a_result_in_the_place_of_another_is_found(tmp_path, monkeypatch, refused):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path))
    for seed in (3, 4):
        store.cached("net", {"seed": seed}, lambda seed=seed: {"w": torch.full((3,), seed)}, MODULES)
    one, other = (store.place("net", {"seed": seed}, MODULES) for seed in (3, 4))
    one.write_bytes(other.read_bytes())
    with refused(one.name, "of other settings", "delete it"):
        store.cached("net", {"seed": 3}, dict, MODULES)


def without_seal(path):
    """The file as it was written before files had seals."""
    if path.suffix == ".parquet":
        table = parquet.read_table(path)
        parquet.write_table(table, path)
    else:
        tensors, header = saving.load_tensors(path, "file", "")
        safetensors.torch.save_file(tensors, path, {"settings": str(header).replace("'", '"')})
    return path


@pytest.mark.parametrize("kind", [kept_table, kept_result])
def test_what_has_no_seal_is_refused_until_it_is_sealed(kind, tmp_path, refused):
    path, read = kind(tmp_path)
    before = read(path)
    without_seal(path)
    with refused(path.name, saving.SEALING):
        read(path)
    assert list(seals.seal_files([path])) == [path]
    for one, other in zip(read(path), before, strict=True):
        assert str(one) == str(other)
    assert list(seals.seal_files([path])) == []


def test_a_broken_seal_is_never_mended(kept, refused):
    path, _ = kept
    path.write_bytes(path.read_bytes()[:-9] + b"123456789")
    with refused(path.name, "is damaged", "make it again"):
        list(seals.seal_files([path]))


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.parquet", "cannot be read"), ("text.txt", "a kept table"), ("half.safetensors", "undamaged")],
)
def test_what_cannot_be_sealed_is_named(tmp_path, refused, name, words):
    for each in ("text.txt", "half.safetensors"):
        (tmp_path / each).write_text("x")
    with refused(name, words):
        list(seals.seal_files([tmp_path / name]))


class TestCommands:
    """What status, claims and seal say of kept files."""

    @pytest.fixture
    def here(self, run_book, monkeypatch):
        """A book with a table and the state of a training."""
        monkeypatch.setenv("SRNN_ROOT", str(run_book))
        monkeypatch.delenv("SRNN_STORE", raising=False)
        tinybook.keep_table(run_book)
        saving.save_tensors(run_book / "results/courses/one/state.safetensors", {"w": torch.ones(3)}, SETTINGS)
        tinybook.publish(run_book)
        return run_book

    @pytest.mark.parametrize("name", ["death.parquet", "courses/one/state.safetensors"])
    def test_what_is_not_what_was_written_is_named(self, here, name, capsys):
        assert audit.problems(read_board(here)) == []
        path = here / "results" / name
        path.write_bytes(path.read_bytes()[:-1])
        (fault,) = audit.problems(read_board(here))
        assert f"results/{name}: damaged" in fault
        assert main(["status"]) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "damaged" in line]
        assert name.partition(".")[0] in line

    def test_the_command_seals_everything_that_is_kept(self, here, capsys):
        for path in seals.kept_files(here):
            without_seal(path)
        assert main(["seal"]) == 0
        assert capsys.readouterr().out.split() == ["results/courses/one/state.safetensors", "results/death.parquet"]
        assert audit.problems(read_board(here)) == []
        assert main(["seal"]) == 0
        assert capsys.readouterr().out == ""


def test_a_damaged_table_that_still_says_what_makes_it_names_that_command(tmp_path, refused):
    path = tmp_path / "table.parquet"
    results.write_table(FRAME, path, {"command": "python -m srnn_lib evidence scaled death"})
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes([content[4] ^ 1]) + content[5:])
    with refused("is damaged: it is not what was written", "make it: python -m srnn_lib evidence scaled death"):
        results.read_table(path)
