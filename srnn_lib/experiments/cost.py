"""What the page on cost says of measured times: prose, bars and tables, every number of them computed."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from srnn_lib.checks import BadInput
from srnn_lib.experiments import benchmarks
from srnn_lib.experiments.bars import BARS, MANY, POPULATION, STACKS
from srnn_lib.experiments.benchmarks import Times
from srnn_lib.experiments.phrases import as_ratio, counted, duration, listed, rounded, span, table, tight

TRAINED_BY = {
    "compiled": ("compiled", "the library's kernels: the closed form without a tensor for every product"),
    "plain": ("plain", "the closed form in tensor operations, which kernels are tested against and a GPU runs"),
    "autograd": ("autograd", "the gradient by torch, for any net"),
    "modules": (
        "list of torch modules",
        "a module and an optimiser per net, as in the authors' code, weights read by one concatenation",
    ),
    "torch.func": ("torch.func", "the gradient of one net's loss, mapped over all nets"),
    "JAX, natural": ("JAX, natural", "the same in JAX, jitted, scanned over the steps"),
    "JAX, closed form": (
        "JAX, closed form",
        "the closed form in JAX, jitted; written in three ways, the fastest counts",
    ),
    "update alone": ("update alone", "momentum and weights changed in place by a gradient that is given: the floor"),
}
"""Name and meaning of every way to train many nets on themselves: three engines, others, and the floor."""
PEERS = {
    "JAX, closed form": "JAX with the closed form",
    "JAX, natural": "JAX as one writes it",
    "torch.func": "torch.func",
    "modules": "a list of torch modules",
}
"""Who is compared with the kernels, and what a sentence calls them."""
GROWING = (
    ("shapes", "compiled", "wider", "self-training, wider layers"),
    ("shapes", "compiled", "deeper", "self-training, more layers"),
    ("self-application", "plain", "wider", "self-application, wider layers"),
    ("self-application", "plain", "deeper", "self-application, more layers"),
)
"""What is done by which engine to nets that grow how, and the words for it."""
ORGANISM = {"ordinary network": "ordinary network", "5:1": "organism 5:1", "25:1": "organism 25:1"}
OTHER_NETS = {
    "single pairs": "one update per weight",
    "single pairs, tanh": "one update per weight, tanh",
    "full batch, tanh": "full batch, tanh",
    "full batch, sigmoid": "full batch, sigmoid",
    "aggregating": "aggregating",
    "recurrent": "recurrent",
    "recurrent, tanh": "recurrent, tanh",
}
OTHER_WORK = {
    "soups, full": ("a net and step in a soup, full batch", "modules", "the loop over modules"),
    "soups, single": ("a net and step in a soup, one update per weight", "modules", "the loop over modules"),
    "both lessons": ("both lessons of a particle of 55 weights", "modules", "the loop over modules"),
    "statistics": ("statistics of 200 units, an image", "forward pass", "the forward pass"),
    "costs of removal, N1": ("what all neurons of a network N1 are worth", "", ""),
    "costs of removal, N3": ("what all neurons of a network N3 are worth", "", ""),
    "random search": ("a random net, drawn and classified", "", ""),
}
STEPS = 2_500  # after which nearly all nets of this preset are fixpoints


def evidence(folder: Path) -> str:
    """What the page on cost of the book in that folder says of measured times, in Markdown; empty if there are none.

    Raises:
        BadInput: The table of times is damaged, or rests on some of the benchmarks alone.
    """
    times = benchmarks.read(folder)
    if times is None:
        return ""
    _require_whole(times)
    parts = (_lead, _engines, _limits, _rates, _peers, _bars, _sizes, _networks, _others, _gpu, _machines)
    return "\n\n".join(part(times) for part in parts)


def _require_whole(times: Times) -> None:
    needed = {"cpu": (*{what for what, *_ in GROWING}, "organism", *STACKS, *OTHER_NETS, *OTHER_WORK)}
    for device in ("cpu", *times.gpus):
        wanted = ("self-training", "product", *needed.get(device, ()))
        if lacking := [what for what in wanted if times.of(what, device).empty]:
            raise BadInput(f"times of {device} lack {', '.join(lacking)}; measure all: {benchmarks.MAKE_COMMAND}")


def _lead(times: Times) -> str:
    kernels = times.by_nets("self-training", "compiled")
    each, many = kernels[POPULATION], kernels[MANY]
    return (
        f"A net of 14 weights that trains itself for one step takes {duration(each)} of one core, where {POPULATION:,}"
        f" nets train together: {counted(1 / each)} net-steps in a second. So {POPULATION:,} nets need"
        f" {duration(POPULATION * STEPS * each)} for the {STEPS:,} steps after which nearly all of them are fixpoints."
        f" {counted(MANY).capitalize()} nets need {duration(MANY * STEPS * many)}; each of them costs"
        f" {rounded(many / kernels[10_000])} times what it would among ten thousand."
    )


def _engines(times: Times) -> str:
    kernels, plain = (times.by_nets("self-training", way) for way in ("compiled", "plain"))
    ratios, few = {nets: plain[nets] / each for nets, each in kernels.items()}, min(kernels)
    lost = [counted(nets) for nets, ratio in ratios.items() if ratio < 1]
    where = f"everywhere but with {listed(lost)} nets" if lost else "whatever the number of nets here"
    autograd = times.each("self-training", "autograd", nets=POPULATION) / kernels[POPULATION]
    return (
        "**Which engine when.** Leave it at `auto`. On a processor that means the compiled kernels, which are faster"
        f" than the plain engine {where}: {rounded(ratios[few])} times with {few:,}, {rounded(ratios[10_000])} times"
        " with 10,000. The plain engine is there to be read, to test the kernels against, and for a GPU. Autograd"
        f" differentiates any net and takes {rounded(autograd)} times as long as the kernels with {POPULATION:,} nets."
    )


def _limits(times: Times) -> str:
    plain, (limit, _), update = times.by_nets("self-training", "plain"), _product(times), times.of("N4", way="library")
    few, largest, reached = min(plain), max(plain), float((update["flop"] / update["each"]).max())
    return (
        f"**What bounds what.** A step by the plain engine takes {duration(few * plain[few])} for {few:,} nets and"
        f" {duration(POPULATION * plain[POPULATION])} for {POPULATION:,}. With few nets that is the time it takes to"
        f" call some twenty tensor operations, whatever they compute. With {counted(largest)} nets it is memory, since"
        " every operation reads and writes all of them: each net costs"
        f" {rounded(plain[largest] / plain[10_000])} times what it costs among ten thousand. The kernels do many steps"
        " of a few hundred nets before they turn to the next ones, and are bound by arithmetic. Large networks are"
        f" bound by products of matrices: in updates of {_runs(times, 'N4')} networks N4 this core does"
        f" {rounded(reached / 1e9)} GFLOP per second, if every pixel counts, and {rounded(limit / 1e9)} in one large"
        " product."
    )


def _rates(times: Times) -> str:
    found = {way: rates for way in TRAINED_BY if (rates := times.by_nets("self-training", way))}
    sizes = sorted({nets for rates in found.values() for nets in rates})
    best = [(way, *min((each, nets) for nets, each in rates.items())) for way, rates in found.items()]
    ends = [f"{TRAINED_BY[way][0]} {counted(1 / each)} with {counted(nets)} nets" for way, each, nets in best]
    figure = _figure(
        "cost-nets",
        "Lines of net-steps per second against the number of nets, both axes logarithmic. They rise to a highest"
        f" point: {', '.join(ends)}.",
        "Self-training by different means: weightwise nets of 14 weights, full batch, float32, one core. Whole lines"
        " are the engines of this library. A line rises as long as calls cost more than arithmetic.",
    )
    cells = [
        [TRAINED_BY[way][0], *(rounded(1e-6 / rates[n]) if n in rates else "" for n in sizes)]
        for way, rates in found.items()
    ]
    head = ["Million net-steps per second", *(f"{counted(nets)} nets" for nets in sizes)]
    meanings = [f"- **{TRAINED_BY[way][0]}**: {TRAINED_BY[way][1]}." for way in found]
    return "\n\n".join(["## Many nets", figure, tight(table(head, cells)), "\n".join(meanings)])


def _peers(times: Times) -> str:
    """How others stand to the kernels: first those that are faster somewhere, then the rest in one sentence."""
    kernels, said, slower = times.by_nets("self-training", "compiled"), ["**Beside others.**"], []
    for way, name in PEERS.items():
        found = {nets: each / kernels[nets] for nets, each in times.by_nets("self-training", way).items()}
        if found and min(found.values()) >= 1:
            slower.append(f"{name} takes {span(list(found.values()))} times")
        elif found:
            said.append(_comparison(name, found))
    if not times.by_nets("self-training", "JAX, natural"):
        said.append("JAX was not installed where this was measured, so it is missing here.")
    if slower:
        said.append(f"Depending on the number of nets, {listed(slower)} as long as the kernels.")
    return " ".join(said)


def _comparison(name: str, ratios: dict[int, float]) -> str:
    """Where a way is faster than the kernels and where slower, given its time over theirs by number of nets."""
    faster = [f"{rounded(1 / ratio)} times with {counted(nets)}" for nets, ratio in ratios.items() if ratio < 1]
    slower = [ratio for ratio in ratios.values() if ratio >= 1]
    rest = f"; with other numbers of nets it takes {span(slower)} times as long" if slower else ""
    return f"{name} is faster than the kernels: {listed(faster)} nets{rest}."


def _bars(times: Times) -> str:
    rows = []
    for bar in BARS:
        if not math.isnan(value := bar.ratio(times)):
            asked = f"below {rounded(bar.most)}" if bar.faster else f"at most {as_ratio(bar.most)}"
            rows.append([bar.what, asked, as_ratio(value), "met" if bar.holds(value) else "**missed**"])
    text = (
        "It was fixed beforehand what the engines should reach. A bar is a ratio of two times of this run, so that it"
        " depends on the processor as little as can be."
    )
    return f"## Bars\n\n{text}\n\n{table(['Time of', 'asked', 'measured', ''], rows, (3,))}"


def _sizes(times: Times) -> str:
    """How time grows with the size of a net, and the figure of it."""
    said = [_growth_of(times, *each) for each in GROWING]
    doubled = [f"{rounded(_doubled(times, *each))} times ({name})" for *each, name in GROWING]
    figure = _figure(
        "cost-sizes",
        f"Lines of time per net and step against the weights of a net, both axes logarithmic: {'; '.join(said)}.",
        f"{POPULATION:,} weightwise nets with two hidden layers that grow wider, or hidden layers of two cells that"
        " grow in number: one step of self-training on the full batch by the kernels, and one self-application.",
    )
    text = (
        "A net that is applied to itself answers one question for every weight it has, and each answer passes through"
        " all of its weights: the work grows as the square of their number. A linear net is spared that while it trains"
        " itself, since the closed form asks for its one effective row alone. With twice the weights it takes"
        f" {listed(doubled)} as long."
    )
    return f"## Larger nets\n\n{text}\n\n{figure}"


def _growth_of(times: Times, what: str, way: str, shape: str, name: str) -> str:
    """From where to where time goes, between the smallest and the largest net."""
    first, last = _ends(times, what, way, shape)
    sizes = f"from {first['weights']:.0f} to {last['weights']:.0f} weights"
    return f"{name}, {sizes}, from {duration(first['each'])} to {duration(last['each'])}"


def _doubled(times: Times, what: str, way: str, shape: str) -> float:
    """How many times longer twice the weights take, on average between the smallest and the largest net."""
    first, last = _ends(times, what, way, shape)
    return float(2 ** (math.log(last["each"] / first["each"]) / math.log(last["weights"] / first["weights"])))


def _ends(times: Times, what: str, way: str, shape: str) -> tuple[pd.Series, pd.Series]:
    rows = times.of(what, way=way, shape=shape).sort_values("weights")
    return rows.iloc[0], rows.iloc[-1]


def _networks(times: Times) -> str:
    """Organisms and stacks beside ordinary networks, and how fast they multiply."""
    (limit, by), ordinary = _product(times), times.each("organism", "ordinary network")
    rows = [_network(name, times.of("organism", way=way), ordinary, limit) for way, name in ORGANISM.items()]
    for name in STACKS:
        apart = times.each(name, "separate networks")
        rows.append(_network(f"{_runs(times, name)} networks {name}", times.of(name, way="library"), apart, limit))
    text = (
        "An organism of 225-10-10-10-10 cells has 2,550 particles. For each batch of 1,000 images it takes 5 steps of"
        " self-training and one on the task, or 25 and one; it stands beside the ordinary network of its shape, written"
        " in torch as one writes it. The networks of the third paper are one stack that takes a batch of 600 at a time,"
        " and stand beside as many networks of torch, one after the other. The last columns count the products of the"
        " ordinary networks alone, with every pixel, also where pixels that are always dark are left out. One product"
        f" of two large matrices (by {by}) reaches {rounded(limit / 1e9)} GFLOP per second."
    )
    head = ["", "Time per batch", "ordinary ones take", "ratio", "GFLOP per second", "of a large product"]
    return f"## Organisms and stacks of networks\n\n{text}\n\n{tight(table(head, rows))}"


def _network(name: str, rows: pd.DataFrame, other: float, limit: float) -> list[str]:
    each, speed = float(rows["each"].min()), float((rows["flop"] / rows["each"]).max())
    return [
        name,
        duration(each),
        duration(other),
        rounded(each / other),
        rounded(speed / 1e9),
        f"{100 * speed / limit:.0f} %",
    ]


def _product(times: Times, device: str = "cpu") -> tuple[float, str]:
    """Floating-point operations per second in a large product of matrices, and who reaches that."""
    rows = times.of("product", device)
    best = rows.loc[rows["each"].idxmin()]
    return float(best["flop"] / best["each"]), str(best["way"])


def _runs(times: Times, name: str) -> str:
    return f"{times.of(name, way='library')['nets'].iloc[0]:.0f}"


def _others(times: Times) -> str:
    nets, work = [], []
    for what, name in OTHER_NETS.items():
        plain, kernels = (times.each(what, way) for way in ("plain", "compiled"))
        nets.append([name, duration(plain), duration(kernels), rounded(plain / kernels)])
    for what, (name, way, beside) in OTHER_WORK.items():
        each, other = times.each(what, "library"), times.each(what, way) if way else math.nan
        work.append([name, duration(each), f"{beside}: {duration(other)}" if way else ""])
    first = table(["Time per net and step, 600 nets", "plain", "compiled", "times as fast"], nets)
    return f"## Other nets, other work\n\n{first}\n\n{table(['Other work', 'time', 'beside'], work, (2,))}"


def _gpu(times: Times) -> str:
    """The same rows on each GPU, beside the processor; that none was at hand, if so."""
    if times.gpus:
        return "\n\n".join(["## On a GPU", *(_on_gpu(times, gpu) for gpu in times.gpus)])
    return (
        "## On a GPU\n\nNo GPU was at hand when this was measured, so its rows are missing. The code for it is tested"
        " on a processor."
    )


def _on_gpu(times: Times, gpu: str) -> str:
    """Each row on the GPU and on one core; engines differ, since each takes the one that suits it."""
    pairs = [
        (f"a net and step, {counted(nets)} nets", each, times.each("self-training", "compiled", nets=nets))
        for nets, each in times.by_nets("self-training", "plain", gpu).items()
    ]
    pairs += [
        (f"{name}, a batch", times.each("organism", way, gpu), times.each("organism", way))
        for way, name in ORGANISM.items()
    ]
    pairs += [
        (
            f"{_runs(times, name)} networks {name}, a batch",
            times.each(name, "library", gpu),
            times.each(name, "library"),
        )
        for name in STACKS
    ]
    rows = [[name, duration(there), duration(here), rounded(here / there)] for name, there, here in pairs if there > 0]
    text = (
        f"Wall time on one {times.machines[gpu]['processor']} beside CPU time on one core; nets train by the plain"
        f" engine there, by the kernels here. A large product of matrices in float32 reaches"
        f" {rounded(_product(times, gpu)[0] / 1e12)} TFLOP per second."
    )
    return f"{text}\n\n{table(['', 'GPU', 'one core', 'times as fast'], rows)}"


def _machines(times: Times) -> str:
    text = (
        f"`{benchmarks.MAKE_COMMAND}` measures and writes all of the above."
        " A time is that of the fastest of several rounds: CPU time of the process on a processor, wall time on a GPU."
    )
    lines = [f"- **{device}**: {_machine(device, machine)}" for device, machine in times.machines.items()]
    return "\n\n".join(["## Measured on", text, "\n".join(lines)])


def _machine(device: str, machine: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    kind = f"one core of {machine['processor']}" if device == "cpu" else machine["processor"]
    changed = ", with changes" * machine["changed"]
    return (
        f"{kind}, {machine['memory_gib']} GiB of memory; {machine['system']}, Python {machine['python']}, {packages};"
        f" {machine['day']}, commit {machine['commit']}{changed}."
    )


def _figure(name: str, alt: str, caption: str) -> str:
    return f"```{{figure}} assets/{name}.svg\n:name: fig-{name}\n:alt: {alt}\n\n{caption}\n```"
