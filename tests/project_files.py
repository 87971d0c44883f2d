"""The files of the project, for tests that read or copy all of them."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE_HERE = {
    ".venv", ".venv-benchmarks", ".venv-workflow", ".venv-lab", ".snakemake", "_build", "_runs", "data",
    "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis", ".benchmarks", ".ipynb_checkpoints",
    "srnn_lib.egg-info",
}  # fmt: skip


def published():
    """The files of the project: what git knows or would add; without git, all but what is made here."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True) if shutil.which("git") else None
    if done and done.returncode == 0:
        return [path for path in (ROOT / name for name in done.stdout.split("\0") if name) if path.is_file()]
    parts = {path: path.relative_to(ROOT).parts for path in ROOT.rglob("*") if path.is_file()}
    return [path for path, names in parts.items() if not any(name in MADE_HERE for name in names)]
