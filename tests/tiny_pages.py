"""Pages of a few lines, rendered with the extensions of the book."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def built(folder, **settings):
    """Render `folder` into its `out` with such settings of Sphinx; returns what it warned of.

    In a process of its own: Sphinx keeps what an extension registers, and a second one in its process would meet it.
    """
    lines = [f"{name} = {value!r}" for name, value in {"exclude_patterns": ["out"], **settings}.items()]
    (folder / "conf.py").write_text("\n".join(lines), encoding="utf-8")
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "extensions")))
    command = [sys.executable, "-m", "sphinx", "-q", "--no-color", str(folder), str(folder / "out")]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()
