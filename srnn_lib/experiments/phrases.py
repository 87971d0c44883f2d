"""Numbers and lists as a page says them: two significant digits, units that fit, words for millions."""

from collections.abc import Iterable, Sequence

_UNITS = ((60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], texts: Sequence[int] = ()) -> str:
    """A table in Markdown with numbers to the right; the first column and those named are text."""
    rules = ["---" if place in (0, *texts) else "--:" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rules, *rows))


def tight(many: str) -> str:
    """A table of many short cells, set closer than the page sets them."""
    return f"```{{table}}\n:class: tight\n\n{many}\n```"


def rounded(value: float) -> str:
    """Two significant digits, thousands apart."""
    found = _to_two_digits(value)
    return f"{found:,.0f}" if found >= 10 else f"{found:g}"


def as_ratio(value: float) -> str:
    """The same, or one over a number where that is five or more."""
    return f"1/{rounded(1 / value)}" if value <= 1 / 5 else rounded(value)


def counted(value: float) -> str:
    """A count, with million and billion as words."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if _to_two_digits(value) >= size:
            return f"{rounded(value / size)} {word}"
    return rounded(value)


def duration(seconds: float) -> str:
    """Two significant digits in minutes, seconds, or the thousandth, millionth or billionth part of one."""
    size, unit = next((each for each in _UNITS if _to_two_digits(seconds) >= each[0]), _UNITS[-1])
    return f"{rounded(seconds / size)} {unit}"


def span(values: Sequence[float]) -> str:
    """From the least of some numbers to the largest; one number if they read the same."""
    ends = dict.fromkeys(rounded(value) for value in (min(values), max(values)))
    return " to ".join(ends)


def _to_two_digits(value: float) -> float:
    return float(f"{value:.2g}")


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
