"""The run store keeps results under their settings and code, whole or not at all."""

import pytest
import torch

from srnn_lib import store
from srnn_lib.checks import BadInput

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

    first = store.kept("organism", SETTINGS, make, MODULES)
    again = store.kept("organism", dict(reversed(SETTINGS.items())), make, MODULES)
    assert len(made) == 1
    assert set(first) == set(again) == {"weights", "epochs"}
    assert torch.equal(first["weights"], again["weights"])
    assert store.load(store.place("organism", SETTINGS, MODULES))[1] == SETTINGS


@pytest.mark.parametrize("change", [{"seeds": 4}, {"learning_rate": 0.005}, {"widths": [5, 4, 1]}, {"more": 1}])
def test_other_settings_are_another_result(change):
    assert store.place("a", SETTINGS, MODULES) != store.place("a", {**SETTINGS, **change}, MODULES)


def test_other_code_is_another_result():
    assert store.place("a", SETTINGS, MODULES) != store.place("a", SETTINGS, ["srnn_lib.checks"])


def test_nothing_is_kept_of_a_result_that_failed():
    def fail():
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        store.kept("organism", SETTINGS, fail, MODULES)
    assert not store.place("organism", SETTINGS, MODULES).exists()


@pytest.mark.parametrize("settings", [{"generator": torch.Generator()}, {"rate": float("nan")}])
def test_settings_must_be_plain(settings):
    with pytest.raises(BadInput, match="settings"):
        store.place("a", settings, MODULES)


def test_a_damaged_file_is_named():
    path = store.place("organism", SETTINGS, MODULES)
    store.kept("organism", SETTINGS, lambda: {"weights": torch.ones(3)}, MODULES)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(BadInput, match=path.name):
        store.load(path)
    with pytest.raises(BadInput, match="made again"):
        store.load(path.with_name("none.safetensors"))
