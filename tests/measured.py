"""Measured times that nobody measured: files of pytest-benchmark with round numbers, for tests."""

import json
from itertools import product

NANO = 1e-9
NETS = [10, 10_000, 1_000, 1_000_000]
# Seconds per net and step; the update alone, and JAX's closed form, are the faster ones.
SELF_TRAINING = {
    "compiled": 20, "plain": 100, "autograd": 1_000, "modules": 400_000, "torch.func": 2_000,
    "JAX, natural": 900, "update alone": 8,
}  # fmt: skip


def row(what, way, seconds, count=1, **more):
    """An entry as the benchmarks write it."""
    said = {"what": what, "way": way, "device": "cpu", "unit": "piece", "count": count, **more}
    return {"extra_info": said, "stats": {"min": seconds * count, "rounds": 5}}


def rows():
    """At least one row of everything that the page speaks of."""
    found = [
        row("self-training", way, each * NANO, 100, nets=n) for (way, each), n in product(SELF_TRAINING.items(), NETS)
    ]
    for nets, form in product(NETS, ("sums", "unrolled")):
        each = (10 if nets == 10 else 26) if form == "unrolled" else 30
        found.append(row("self-training", "JAX, closed form", each * NANO, 100, nets=nets, form=form))
    others = ("single pairs", "full batch, tanh", "full batch, sigmoid", "aggregating", "recurrent", "recurrent, tanh")
    for what in (*others, "single pairs, tanh"):
        found += [row(what, "compiled", 100 * NANO, nets=600), row(what, "plain", 1_000 * NANO, nets=600)]
    for shape, weights in product(("wider", "deeper"), (10, 100)):
        more = {"shape": shape, "weights": weights, "nets": 1000}
        found.append(row("shapes", "compiled", weights * NANO, **more))
        found.append(row("self-application", "plain", weights**2 * NANO, **more))
    for way, seconds in {"ordinary network": 1e-3, "5:1": 1.5e-3, "25:1": 3e-3}.items():
        found.append(row("organism", way, seconds, 60, flop=1e7))
    for name, (way, seconds) in product(("N1", "N2", "N3", "N4"), {"library": 0.01, "dense": 0.02}.items()):
        found.append(row(name, way, seconds, 10, nets=50, flop=1e9))
    found += [row(name, "separate networks", 0.1, nets=50, flop=1e9) for name in ("N1", "N2", "N3", "N4")]
    found += [row("product", "torch", 1.0, flop=1e11), row("product", "oneDNN", 0.5, flop=1e11)]
    for what in ("soups, full", "soups, single", "both lessons"):
        found += [row(what, "library", 1e-6), row(what, "modules", 1e-3)]
    found += [row("statistics", "library", 3e-6), row("statistics", "forward pass", 2e-6)]
    return found + [
        row(what, "library", 1e-6) for what in ("costs of removal, N1", "costs of removal, N3", "random search")
    ]


def on_gpu():
    """Rows of a GPU."""
    found = [row("self-training", "plain", 2 * NANO, 100, nets=nets) for nets in NETS]
    found += [row("organism", "5:1", 5e-4, 60, flop=1e7), row("product", "torch", 0.01, flop=1e12)]
    found.append(row("N4", "library", 1e-3, 10, nets=50, flop=1e9))
    for each in found:
        each["extra_info"]["device"] = "cuda"
    return found


def write(path, found, device="cpu", processor="Example"):
    """A file as pytest-benchmark writes it."""
    machine = {
        "device": device, "processor": processor, "cores": 1, "memory_gib": 8, "system": "Linux x86_64",
        "python": "3.1.4", "packages": {"torch": "2.0"},
    }  # fmt: skip
    held = {
        "machine_info": {"node": "secret-name", "srnn": machine},
        "commit_info": {"id": "0123456789abcdef", "dirty": False},
        "datetime": "2026-01-02T03:04:05+00:00",
        "benchmarks": found,
    }
    path.write_text(json.dumps(held), encoding="utf-8")
    return path
