"""The run store keeps results under their settings and code, whole or not at all."""

import pytest
import safetensors.torch
import torch
from filelock import FileLock, Timeout

from srnn_lib.checks import BadInput
from srnn_lib.claimbook import store

pytest_plugins = ("tinybook_fixtures",)

MODULES = ["srnn_lib.randomness"]
SETTINGS = {"seeds": 3, "learning_rate": 0.004, "widths": [5, 3, 1]}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_STORE", str(tmp_path / "store"))


def test_a_result_is_made_once():
    made = []

    def make():
        made.append(1)
        return {"weights": torch.arange(6.0).reshape(2, 3).T, "epochs": torch.tensor([1, 2])}

    first = store.cached("organism", SETTINGS, make, MODULES)
    again = store.cached("organism", dict(reversed(SETTINGS.items())), make, MODULES)
    assert len(made) == 1
    assert set(first) == set(again) == {"weights", "epochs"}
    assert torch.equal(first["weights"], again["weights"])
    tensors, settings = store.read_result(store.place("organism", SETTINGS, MODULES))
    assert settings == SETTINGS
    assert torch.equal(tensors["weights"], first["weights"])


@pytest.mark.parametrize("change", [{"seeds": 4}, {"learning_rate": 0.005}, {"widths": [5, 4, 1]}, {"more": 1}])
def test_other_settings_are_another_result(change):
    assert store.place("a", SETTINGS, MODULES) != store.place("a", {**SETTINGS, **change}, MODULES)


def test_other_code_is_another_result():
    assert store.place("a", SETTINGS, MODULES) != store.place("a", SETTINGS, ["srnn_lib.checks"])


def test_nothing_is_kept_of_a_result_that_failed():
    def fail():
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        store.cached("organism", SETTINGS, fail, MODULES)
    assert not store.place("organism", SETTINGS, MODULES).exists()


@pytest.mark.parametrize("settings", [{"generator": torch.Generator()}, {"rate": float("nan")}])
def test_settings_must_be_plain(settings):
    with pytest.raises(BadInput, match="settings"):
        store.place("a", settings, MODULES)


def test_a_change_of_code_is_another_result(library):
    before = store.place("a", SETTINGS, MODULES)
    with (library / "checks.py").open("a") as file:
        file.write("\nNEW = 1\n")
    assert store.place("a", SETTINGS, MODULES) != before


def test_a_change_of_what_only_keeps_results_is_none(library):
    modules = [*MODULES, "srnn_lib.claimbook.store"]
    before = store.place("a", SETTINGS, modules)
    with (library / "claimbook" / "store.py").open("a") as file:
        file.write("\nNEW = 1\n")
    assert store.place("a", SETTINGS, modules) == before


def test_an_unknown_module_is_refused():
    with pytest.raises(BadInput) as caught:
        store.place("a", SETTINGS, ["srnn_lib.gone"])
    assert str(caught.value).startswith("library module is 'srnn_lib.gone'")


def test_results_are_where_the_environment_says_or_in_the_book(book, tmp_path, monkeypatch):
    assert store.place("a", SETTINGS, MODULES).parent == tmp_path / "store"
    monkeypatch.delenv("SRNN_STORE")
    monkeypatch.setenv("SRNN_ROOT", str(book))
    assert store.place("a", SETTINGS, MODULES).parent == book / "_runs" / "store"


def test_who_needs_the_same_result_waits_for_it():
    path = store.place("organism", SETTINGS, MODULES)
    with store.lock(path), pytest.raises(Timeout), FileLock(path.with_suffix(".lock"), timeout=0):
        pytest.fail("two at a time")
    assert path.parent.is_dir()


def test_a_damaged_file_is_named(refused):
    path = store.place("organism", SETTINGS, MODULES)
    store.cached("organism", SETTINGS, lambda: {"weights": torch.ones(3)}, MODULES)
    path.write_bytes(path.read_bytes()[:20])
    with refused("stored result", path.name, "delete it; it is made again when needed"):
        store.read_result(path)
    with refused("stored result is 'none.safetensors'", "it is made again when needed"):
        store.read_result(path.with_name("none.safetensors"))


def test_a_file_of_another_kind_is_named(refused):
    path = store.place("organism", SETTINGS, MODULES)
    path.parent.mkdir(parents=True)
    safetensors.torch.save_file({"weights": torch.ones(3)}, path)
    with refused("stored result", path.name, "one that this project wrote"):
        store.read_result(path)
