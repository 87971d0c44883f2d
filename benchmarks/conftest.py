"""Benchmarks run from the project's root by `pytest benchmarks`; the plain version lives with the tests."""

import sys
from pathlib import Path

import torch

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
torch.set_num_threads(1)  # populations of this size gain little from a second thread, and lose much beside other work
