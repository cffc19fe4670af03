"""What goes wrong in one run, and how often: some seeds are windy, some are only dark."""

from dataclasses import dataclass
from random import Random
from typing import Self


@dataclass(frozen=True)
class Weather:
    """Chances by step or by message; `losses` of the bus's data come at most so often."""

    deaths: float = 0.0
    stumbles: float = 0.0
    lines_broken: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    asked_twice: float = 0.0
    mixed: float = 0.0
    stalls: float = 0.0
    leaps: float = 0.0
    losses: int = 0
    at_once: int = 1

    @classmethod
    def of(cls, seed: int) -> Self:
        """The weather of a seed: each kind of trouble is there or not, apart from the others."""
        r = Random(seed)
        return cls(
            deaths=r.choice((0, 0.003, 0.01)),
            stumbles=r.choice((0, 0.002, 0.008)),
            lines_broken=r.choice((0, 0.05, 0.15)),
            lost=r.choice((0, 0.1, 0.3)),
            doubled=r.choice((0, 0.1, 0.3)),
            asked_twice=r.choice((0.2, 0.5)),
            mixed=r.choice((0, 0.5, 1)),
            stalls=r.choice((0, 0.01, 0.03)),
            leaps=r.choice((0, 0.005, 0.01)),
            losses=r.choice((0, 0, 1, 2)),
            at_once=r.choice((2, 4, 8)),
        )


CALM = Weather()
