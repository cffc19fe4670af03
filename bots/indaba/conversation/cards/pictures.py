"""Draws pictures in a separate process, started on first use, because it is slow and large.

The picture repeats what the words say; whoever cannot see it misses nothing.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from indaba.contracts.outcomes import Report
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording
from indaba.process import logs, run

PATIENCE_SECONDS = 20.0
MOST_BARS = 30
INK, ACCENT, CALM = "#1f2933", "#0b6e4f", "#9fc5b5"


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked bars: `came` of which `new`, by label, all in order of time."""

    title: str
    labels: tuple[str, ...]
    came: tuple[int, ...]
    new: tuple[int, ...]
    came_name: str
    new_name: str


async def draw_report(report: Report, name: str, wording: Wording) -> bytes:
    """A PNG of who came to the meetings of a term; empty if none was held, or none drawn."""
    if not report.meetings:
        return b""
    shown = report.meetings[-MOST_BARS:]
    days = [say_day(m.day, wording.locale).rsplit(" ", 1)[0] for m in shown]
    whole = all(m.newcomers is not None for m in shown)
    bars = Bars(
        title=wording.say("{name}: who came", name=name),
        labels=tuple(f"{m.code}\n{day}" for m, day in zip(shown, days, strict=True)),
        came=tuple(m.present for m in shown),
        new=tuple((m.newcomers or 0) if whole else 0 for m in shown),
        came_name=wording.say("had come before" if whole else "came"),
        new_name=wording.say("for the first time"),
    )
    return await _drawn(bars)


async def _drawn(bars: Bars) -> bytes:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await loop.run_in_executor(_painter(), paint, bars)
    except (BrokenExecutor, TimeoutError) as error:
        _painter().shutdown(wait=False, cancel_futures=True)
        _painter.cache_clear()
        logs.get(process="pictures").warning("picture.not-drawn", reason=type(error).__name__)
        return b""


@lru_cache(maxsize=1)
def _painter() -> ProcessPoolExecutor:
    spawning = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=spawning, initializer=run.begin_worker)


def paint(bars: Bars) -> bytes:
    """The bars as PNG, 1,000 pixels wide, readable on a small phone. Takes about a second."""
    from io import BytesIO

    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.2, 4.2), dpi=140, layout="constrained")
    axes = figure.add_subplot()
    places = range(len(bars.came))
    before = [came - new for came, new in zip(bars.came, bars.new, strict=True)]
    axes.bar(places, before, color=ACCENT, label=bars.came_name, width=0.6)
    axes.bar(places, bars.new, bottom=before, color=CALM, label=bars.new_name, width=0.6)
    for place, came in zip(places, bars.came, strict=True):
        axes.annotate(str(came), (place, came), (0, 4), textcoords="offset points", ha="center")
    axes.set_xticks(list(places), bars.labels, fontsize=9)
    axes.set_ylim(0, max(*bars.came, 1) * 1.25)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(_plain_text(bars.title), loc="left", color=INK, fontsize=13, pad=12)
    axes.legend(loc="upper right", ncols=2, frameon=False, fontsize=9)
    out = BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _plain_text(words: str) -> str:
    """Words in which a dollar sign begins no formula."""
    return words.replace("$", r"\$")
