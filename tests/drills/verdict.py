"""What a drill found: promised, tried, survived."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """One promise put to the test. `lost` and `doubled` name what went wrong, a few of each.

    `beside` are lines about others who were put through the same.
    """

    name: str
    promised: str
    tried: str
    survived: str
    faults: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    seconds: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return not self.faults

    def told(self) -> str:
        """For people to read."""
        lines = [
            f"{'kept  ' if self.kept else 'BROKEN'}  {self.name}  ({self.seconds:.0f} s)",
            f"  promised  {self.promised}",
            f"  tried     {self.tried}",
            f"  survived  {self.survived}",
            *(f"  beside    {line}" for line in self.beside),
            *(f"  BROKEN    {fault}" for fault in self.faults[:10]),
        ]
        return "\n".join(lines)
