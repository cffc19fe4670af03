"""How long, until when, how long before and on which day of the week: as meant, or asked about."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.scheduling.model.reader.asked import asked_at
from services.scheduling.reading.phrases import SAID_AT
from services.scheduling.reading.settings import READERS, settings

MOST_NEEDLESS = 0.05
ASKED = asked_at(
    SAID_AT.replace(tzinfo=ZoneInfo("Africa/Johannesburg")), "Africa/Johannesburg", "en-ZA"
)
NOISE = ("fish", "perhaps", "Sipho", "not", "K4")


@pytest.mark.parametrize("kind", READERS)
def test_settings_are_read_as_they_were_meant(kind: str) -> None:
    counts: Counter[str] = Counter()
    wrong = []
    for each in settings(kind):
        outcome = each.outcome()
        counts[outcome] += 1
        if outcome not in {"right", "asked rightly"}:
            wrong.append((outcome, each.typed, each.meant, each.read()))
    print(kind, dict(counts))
    bad = [each for each in wrong if each[0] != "asked needlessly"]
    assert not bad, "\n".join(map(str, bad))
    assert counts["asked needlessly"] <= MOST_NEEDLESS * counts["right"], wrong


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("noise", NOISE)
def test_a_word_that_is_not_understood_is_never_dropped(kind: str, noise: str) -> None:
    for each in settings(kind):
        for line in (f"{each.typed} {noise}", f"{noise} {each.typed}"):
            sure, offered, doubt = READERS[kind](line, ASKED)
            assert not sure, (line, offered)
            assert doubt, line


@pytest.mark.parametrize("kind", READERS)
@given(text=st.text(max_size=130))
def test_no_text_breaks_a_reader(kind: str, text: str) -> None:
    sure, offered, doubt = READERS[kind](text, ASKED)
    assert sure == (not doubt)
    assert not sure or len(offered) == 1
