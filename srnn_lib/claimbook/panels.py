"""A live panel over a chapter's own functions: controls, a picture, and what becomes of verdicts.

A panel computes nothing until its reader asks, so a chapter that runs from top to bottom pays nothing for it. The
work is a generator of steps. Between two of them the notebook hears its reader, who may stop the work or ask for
something else. There is no thread, as neither figures nor random generators may be used by two at a time.
"""

import asyncio
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from srnn_lib.checks import bad_input
from srnn_lib.claimbook.framed import framed
from srnn_lib.claimbook.judge import Judge
from srnn_lib.claimbook.publish import WIDGET
from srnn_lib.claimbook.verdicts import Quantity, Variant, under

YOURS = "your settings"
"""The head of the column with the reader's verdicts."""
Step = float | str | tuple[Figure, str] | Mapping[str, Mapping[str, Quantity]]
"""A share of the work, a sentence, a figure with its words, or quantities by claim and check."""
Work = Callable[..., Iterator[Step]]

_WIDE = {"style": {"description_width": "17em"}, "layout": {"width": "40em", "max_width": "100%"}}
_STYLE = """<style>
.srnn-panel { border-left: 0.25em solid #0072B2; padding: 0.5em 1em; }
.srnn-panel table { border-collapse: collapse; margin: 0.5em 0; }
.srnn-panel td, .srnn-panel th { padding: 0.25em 0.6em; text-align: left; vertical-align: top; line-height: 1.35; }
.srnn-panel tbody tr { border-top: 1px solid rgba(128, 128, 128, 0.5); }
.srnn-panel p, .srnn-panel td { white-space: normal; overflow-wrap: break-word; }
.srnn-panel img { max-width: 100%; background: white; }
</style>"""


class Panel:
    """Controls over a chapter's work; shows what comes of it, and the verdicts under the reader's settings.

    These verdicts stand beside those of the chapter. They are the reader's own: no scoreboard ever sees them.

    Args:
        judge: Of the chapter, which has judged the claims that the work hands in.
        work: Takes the values of the controls by name; yields steps.
        controls: By the names of the work's arguments, such as `whole(...)`.
    """

    patience = 0.4
    """Seconds that the reader's hand must rest before anything is computed."""
    breath = 0.05
    """Seconds of work after which the notebook is given the time to hear its reader."""

    def __init__(self, judge: Judge, work: Work, /, **controls: widgets.ValueWidget) -> None:
        self.judge, self.work, self.controls = judge, work, controls
        self.variant: Variant | None = None
        self._task: asyncio.Task | None = None
        self._sentence = ""
        self._go = widgets.Button(description="Compute", button_style="primary", icon="play")
        self._halt = widgets.Button(description="Stop", disabled=True, icon="stop")
        self._share = widgets.FloatProgress(0.0, min=0.0, max=1.0, layout={"width": "12em"})
        self._said, self._picture, self._table = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._go.on_click(lambda _: self.start())
        self._halt.on_click(lambda _: self.stop())
        for control in controls.values():
            control.observe(lambda _: self.start(self.patience), "value")
        row = widgets.HBox([self._go, self._halt, self._share])
        self._box = widgets.VBox(
            [widgets.HTML(_STYLE), *controls.values(), row, self._said, self._picture, self._table]
        )
        self._box.add_class("srnn-panel")

    @property
    def values(self) -> dict[str, Any]:
        """What the controls say now, by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def said(self) -> str:
        """The line below the controls, as HTML."""
        return self._said.value

    @property
    def picture(self) -> str:
        """The picture with its words, as HTML; empty before there is one."""
        return self._picture.value

    def start(self, wait: float = 0.0) -> None:
        """Compute with what the controls say, `wait` seconds from now; what was going on is stopped.

        In a notebook this returns at once. Where nothing else runs, as in a script, it returns when all is done.
        """
        self.stop()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(self._compute(0.0))
        else:
            self._task = loop.create_task(self._compute(wait))

    def stop(self) -> None:
        """Stop what is going on."""
        if self._task:
            self._task.cancel()

    async def done(self) -> None:
        """Wait until what was asked for last has come to its end, or was stopped."""
        if self._task:
            await asyncio.wait([self._task])

    async def _compute(self, wait: float) -> None:
        await asyncio.sleep(wait)
        heard, old = time.monotonic(), {self._picture, self._table}
        try:
            self._busy(True, "Computing …")
            for step in self.work(**self.values):
                old.discard(self._take(step))
                if time.monotonic() - heard > self.breath:
                    await asyncio.sleep(self.breath / 10)
                    heard = time.monotonic()
            self._busy(False, self._sentence)
        except asyncio.CancelledError:
            untouched = len(old) == 2
            self._busy(False, "Stopped. What stands below is " + ("what there was before." if untouched else "new."))
            old = set() if untouched else old
            raise
        except Exception as error:  # the reader looks at the panel, and a task has no other place to say it
            self._busy(False, f"{type(error).__name__}: {error}")
        finally:
            for part in old:  # a picture or verdicts of other settings must not stand beside what is new
                part.value = ""

    def _busy(self, busy: bool, said: str) -> None:
        self._share.value, self._halt.disabled = 0.0, not busy
        self._sentence = "" if busy else self._sentence
        self._said.value = f'<p role="status">{escape(said)}</p>' if said else ""

    def _take(self, step: Any) -> widgets.HTML | None:
        """Show one step of the work; the part of the panel that it renews, if any."""
        match step:
            case str():
                self._sentence, self._said.value = step, f'<p role="status">{escape(step)}</p>'
            case int() | float():
                if abs(step - self._share.value) >= 0.01:
                    self._share.value = step
            case (Figure() as figure, str(words)):
                self._picture.value = _picture(figure, words)
                return self._picture
            case Mapping():
                self._judge(step)
                return self._table
            case _:
                raise bad_input("step of a panel", step, "a share, a sentence, a figure and its words, or quantities")
        return None

    def _judge(self, quantities: Mapping[str, Mapping[str, Quantity]]) -> None:
        """Show the verdicts under the reader's settings beside those of the chapter."""
        self.variant = under("", YOURS, self.judge.verdicts, quantities=quantities, scale=self.judge.scale)
        chosen = "; ".join(f"{control.description}: {_shown(control)}" for control in self.controls.values())
        line = f"With {YOURS}, which do not count ({chosen}):"
        self._table.value = f"<p>{escape(line)}</p>{self.variant._repr_html_()}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        names = ", ".join(control.description for control in self.controls.values())
        said = f"A live panel: {names}. Run the notebook to use it."
        return {
            "text/plain": said,
            "text/html": f"<p>{escape(said)}</p>",
            WIDGET: self._box._repr_mimebundle_()[WIDGET],
        }


def one_of(label: str, names: Sequence[str], value: str | None = None) -> widgets.ValueWidget:
    """A control for one of some names; the first one if no other is given."""
    return widgets.Dropdown(options=list(names), value=value or names[0], description=label, **_WIDE)


def whole(label: str, ends: tuple[int, int], value: int, step: int = 1) -> widgets.ValueWidget:
    """A control for a whole number between two ends."""
    return _slider(widgets.IntSlider, label, ends, value=value, step=step)


def real(label: str, ends: tuple[float, float], value: float, step: float = 0.1) -> widgets.ValueWidget:
    """A control for a number between two ends."""
    return _slider(widgets.FloatSlider, label, ends, value=value, step=step)


def powers(label: str, ends: tuple[int, int], value: float) -> widgets.ValueWidget:
    """A control for a number on a logarithmic scale, between two powers of ten; it stops at quarters of a decade."""
    return _slider(widgets.FloatLogSlider, label, ends, value=value, step=0.25, readout_format=".1e")


def _slider(kind: type, label: str, ends: tuple[float, float], **given: Any) -> widgets.ValueWidget:
    """A slider that speaks when it is let go."""
    return kind(min=ends[0], max=ends[1], description=label, continuous_update=False, **given, **_WIDE)


def _shown(control: widgets.ValueWidget) -> str:
    value = control.value
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _picture(figure: Figure, words: str) -> str:
    """A figure as HTML with its words, which are read aloud in its place and stand below it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, bbox_inches="tight")
    plt.close(figure)
    return framed(buffer.getvalue(), alt=words, caption=words)
