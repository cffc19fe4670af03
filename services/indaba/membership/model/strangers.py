"""What operators allow people who are not known yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from indaba.process.named import Named


@dataclass(frozen=True, slots=True)
class Strangers:
    """Who may set up communities, and the limits that differ from the default, by name."""

    set_up_by: Named = field(default_factory=Named)
    most: Mapping[str, int] = field(default_factory=dict)
