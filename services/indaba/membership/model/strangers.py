"""What operators let people do of whom nothing is known yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indaba.process.named import Named


@dataclass(frozen=True, slots=True)
class Strangers:
    """Who may set up communities, and what limits allow, by their names, if not the default."""

    set_up_by: Named = field(default_factory=Named)
    most: Mapping[str, int] = field(default_factory=dict)
