"""Figures as a page for people, with the ratios that matter."""

import statistics
from collections.abc import Callable, Iterable
from typing import Any

OURS = "Indaba"
GROWTH = 1.5
"""At most so many times as long among all others."""

Found = dict[str, Any]


def page(found: Found) -> str:
    """Markdown."""
    parts: dict[str, Callable[[Any], list[str]]] = {
        "latency": _latency,
        "throughput": _throughput,
        "replicas": _replicas,
        "chat": _chat,
        "slash": _slash,
        "growth": _growth,
        "rebuild": _rebuild,
        "memory": _memory,
        "dates": _dates,
    }
    lines = ["# What was measured", ""]
    lines += [f"* {name}: {value}" for name, value in found["machine"].items()]
    for name, told in parts.items():
        if "not measured" in str(found.get(name)):
            lines += ["", f"## {name}: {found[name]}"]
        elif name in found:
            lines += ["", *told(found[name]), "", f"Again: `make bench ARGS={name}`"]
    return "\n".join(lines) + "\n"


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return lines + ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]


def _cell(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _latency(found: Found) -> list[str]:
    sync = found["fdatasync of 4 KiB"]["p50 ms"]
    rows = []
    for name, at in found.items():
        polled: Found = found.get(f"{name.partition(',')[0]}, outbox polled at 100 ms") or at
        beside = polled["p50 ms"] / at["p50 ms"] if OURS in name else ""
        rows.append((name, at["p50 ms"], at["p99 ms"], at["p50 ms"] / sync, beside))
    return [
        "## From a request's due moment to the commit in another service",
        "",
        *_table(("", "p50 ms", "p99 ms", "x fdatasync", "x faster than polled"), rows),
    ]


def _throughput(found: Found) -> list[str]:
    floor = next(rate for name, rate in found.items() if name.startswith("bare"))
    rows = [(name, rate, rate / floor) for name, rate in found.items()]
    return [
        "## Durable events a second, request to the other service's commit",
        "",
        *_table(("", "per second", "of the floor"), rows),
    ]


def _replicas(found: Found) -> list[str]:
    one, two = found.values()
    return [
        "## A second process of the service",
        "",
        *_table(("", "per second"), found.items()),
        "",
        f"Gain: {two / one:.2f}",
    ]


def _chat(found: Found) -> list[str]:
    return [
        "## A command on Matrix to its visible answer",
        "",
        *_rounds(found["rounds"], (OURS, "bare matrix-nio loop", "bare HTTP")),
        "",
        "Memory of `indaba up` at rest before it, PSS in MB: "
        + ", ".join(f"{name} {mb:.0f}" for name, mb in sorted(found["memory"].items()))
        + f"; without Synapse {sum(v for k, v in found['memory'].items() if k != 'synapse'):.0f}",
    ]


def _slash(found: list[Found]) -> list[str]:
    return [
        "## A slash command on a simulated Discord to its answer",
        "",
        *_rounds(found, (OURS, "plain discord.py")),
    ]


def _rounds(rounds: list[Found], names: tuple[str, ...]) -> list[str]:
    rows = [
        (number, *(f"{one[n]['p50 ms']:.1f} / {one[n]['p99 ms']:.1f}" for n in names))
        for number, one in enumerate(rounds, start=1)
    ]
    ours, *others = (statistics.median(one[n]["p50 ms"] for one in rounds) for n in names)
    ratios = (f"{ours / other:.2f} x {n}" for n, other in zip(names[1:], others, strict=True))
    return [
        *_table(("round", *(f"{n}, p50 / p99 ms" for n in names)), rows),
        "",
        f"Ratio of the medians of p50: {', '.join(ratios)}",
    ]


def _growth(found: Found) -> list[str]:
    rows = [(name, *at[:2], at[1] / at[0], *at[2:]) for name, at in found["p50"].items()]
    over = [name for name, at in found["p50"].items() if at[1] > GROWTH * at[0]]
    sizes = found["databases"]
    return [
        f"## One community alone, and among {found['communities']:,} with one of 5,000 members",
        "",
        *_table(("database", "MB", "rows"), ((n, at["MB"], at["rows"]) for n, at in sizes.items())),
        "",
        f"More than {GROWTH} times as long among the others: {', '.join(over) or 'nothing'}",
        "",
        *_table(
            ("", "p50 ms alone", "among the others", "ratio", "in the one of 5,000"),
            (row if len(row) > 4 else (*row, "") for row in rows),
        ),
    ]


def _rebuild(found: Found) -> list[str]:
    rows = [
        (f"{model}, {way}", round(rate), f"{rate / rates['copied']:.3f}")
        for model, rates in found.items()
        for way, rate in rates.items()
    ]
    return [
        "## Read models built anew, one process; `copied`: the same rows, by COPY",
        "",
        *_table(("", "events a second", "of the floor"), rows),
    ]


def _dates(found: Found) -> list[str]:
    rows = [
        (name, *both.values(), both["python-dateutil"] / both[OURS]) for name, both in found.items()
    ]
    return [
        "## The next ten dates of an old series, µs",
        "",
        *_table(("", OURS, "python-dateutil", "x faster"), rows),
    ]


def _memory(found: Found) -> list[str]:
    return [
        "## Memory at rest, one process per service (PSS in MB)",
        "",
        *_table(("process", "MB"), found.items()),
    ]
