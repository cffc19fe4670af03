"""`indaba import terms`: a community learns the school terms of a CSV file."""

from pathlib import Path

from indaba.contracts.refusal import Refusal
from indaba.contracts.series import ImportTerms
from indaba.operate.client import ask_as
from indaba.operate.console import Console
from indaba.operate.installation import Installation

MOST_BYTES = 1_000_000


class TermsNotRead(Refusal):
    """A file is not there, or is not one that a community could learn terms from."""

    code = "terms-not-read"

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"I cannot bring in {file}. Nothing was kept.\n{why}", why=why)


async def bring_in(
    site: Installation, file: Path, community: str, account: str, saying: Console
) -> None:
    """Have scheduling keep the terms, and say how many there are.

    Raises `TermsNotRead` with what is wrong row by row, `NotYourCommunity`, `NotRunning`,
    `NobodyAnswers`, or what scheduling says.
    """
    text = _text(file)
    kept = await ask_as(site, ImportTerms(csv=text), community, account)
    if kept.faults:
        raise TermsNotRead(file, "\n".join(kept.faults))
    saying.fact("Terms kept", str(kept.kept))


def _text(file: Path) -> str:
    from indaba.scheduling.model.repeating import text_of

    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise TermsNotRead(file, f"{error.strerror}.") from None
    if size > MOST_BYTES:
        raise TermsNotRead(file, "It is larger than 1 MB, which is more than terms need.")
    return text_of(data)
