"""Benchmarks run from the project's root by `pytest benchmarks`: one core, one thread, one way to time and to record.

On a processor they take CPU time of the process, which other work on the machine changes least; on a GPU wall time.
Every row is written into `--benchmark-json` as plain values, which `srnn_lib.experiments.benchmarks` makes a table of.
"""

import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
import pytest
import torch

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]
torch.set_num_threads(1)  # populations of this size gain little from a second thread, and lose much beside other work

PACKAGES = ("torch", "numba", "numpy", "jax")
LONG_ENOUGH = 0.1
"""Seconds that one timed call shall take at least, so that what is done once per call does not count."""
MOST_STEPS = 4096


def pytest_addoption(parser):
    parser.addoption("--device", default="cpu", help="of torch; on others than cpu, what can run there runs there")


def pytest_configure(config):
    if config.getoption("device") == "cpu" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # JAX takes as many threads as there are cores


def pytest_collection_modifyitems(config, items):
    on_cpu = config.getoption("device") == "cpu"
    for item in items:
        item.add_marker(pytest.mark.benchmark(timer=time.process_time if on_cpu else time.perf_counter))
    left = [] if on_cpu else [item for item in items if "device" not in item.fixturenames]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_benchmark_update_machine_info(config, machine_info):
    device = config.getoption("device")
    machine_info["srnn"] = {
        "device": device,
        "processor": processor() if device == "cpu" else torch.cuda.get_device_name(device),
        "cores": 1,
        "memory_gib": round(memory(device) / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": dict(versions()),
    }


def pytest_benchmark_update_commit_info(config, commit_info):
    commit_info["id"] = os.environ.get("SRNN_COMMIT", commit_info.get("id"))  # for a copy that git does not know


def processor():
    """Name of the processor; what kind it is where the system does not tell."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory(device):
    """Bytes of memory that the device has."""
    return psutil.virtual_memory().total if device == "cpu" else torch.cuda.get_device_properties(device).total_memory


def versions():
    """What is installed of the packages that are measured."""
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


@pytest.fixture
def device(request):
    """The device of torch that is measured."""
    return request.config.getoption("device")


@pytest.fixture
def measure(request, benchmark):
    """Times a call that does `count` units of work, and writes the row down."""
    device = request.config.getoption("device")

    def timed(call, count, *, rounds=5, warm=False, **row):
        def finished():
            found = call()
            if device != "cpu":
                torch.cuda.synchronize()
            return found

        found = benchmark.pedantic(finished, rounds=rounds, warmup_rounds=0 if warm else 1)
        benchmark.extra_info.update({"device": device, "count": count, **row})
        return found

    return timed


@pytest.fixture
def measure_steps(request, measure):
    """Times a call that takes so many steps for so many nets: as many steps as make it long enough."""
    on_cpu = request.config.getoption("device") == "cpu"
    clock = time.process_time if on_cpu else time.perf_counter

    def seconds(call, steps):
        before = clock()
        call(steps)
        if not on_cpu:
            torch.cuda.synchronize()
        return max(clock() - before, 1e-5)

    def timed(call, nets, **row):
        seconds(call, 1)  # whatever is compiled or planned at the first call
        steps, took = 1, seconds(call, 1)
        while steps < MOST_STEPS and took * steps < LONG_ENOUGH:
            steps *= 2
        more = {"rounds": 5 if took * steps < 3 * LONG_ENOUGH else 2, "warm": steps == 1}
        return measure(lambda: call(steps), nets * steps, nets=nets, unit="net-step", **more, **row)

    return timed
