"""A chapter runs in this interpreter, and the user's own kernels, scripts and settings change nothing."""

import json
import os
import sys

import pytest
import tinybook

from srnn_lib.claimbook import chapters, kernel, runner
from srnn_lib.claimbook.kernel import OwnKernel

pytest_plugins = ("tinybook_fixtures",)


def test_the_kernel_is_this_interpreter():
    assert OwnKernel(kernel_name="python3").kernel_spec.argv[0] == sys.executable


def test_variables_are_as_they_were_afterwards(monkeypatch):
    monkeypatch.setenv("MATPLOTLIBRC", "mine")
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    with kernel.no_settings():
        assert os.listdir(os.environ["IPYTHONDIR"]) == []
        assert "MATPLOTLIBRC" not in os.environ
    assert os.environ["MATPLOTLIBRC"] == "mine"
    assert "IPYTHONDIR" not in os.environ


@pytest.mark.slow
def test_another_kernel_of_that_name_and_scripts_of_the_user_are_not_asked(book, tmp_path, monkeypatch):
    spec = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (tmp_path / "user" / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "user" / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("nets = 3\nprint('hello')\nimport builtins\nbuiltins.len = lambda _: 7\n")
    (tmp_path / "matplotlibrc").write_text("font.size: 40\n")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "user"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    shown = "import sys\nprint(len([1, 2]), sys.executable)\nimport matplotlib\nprint(matplotlib.rcParams['font.size'])"
    tinybook.write(book, tinybook.chapter(tinybook.code(shown)))
    runner.run_chapter(chapters.find("self-application", book), progress=False)
    outputs = chapters.find("self-application", book).nb.cells[-1].outputs
    assert "".join(output.text for output in outputs) == f"2 {sys.executable}\n10.0\n"
