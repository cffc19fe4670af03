"""A meeting is named by its title wherever a code is taken: generated over all intents."""

import re
from typing import Any
from uuid import UUID

import pytest

from bots.answering import MEETING
from indaba.contracts import scheduling as s
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NoCommunity
from indaba.conversation.answer import Answer, Ask
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.line import Unclear, Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.dispatch.any_of import with_codes
from indaba.conversation.dispatch.titles import meeting_field, with_code
from indaba.conversation.wording import Wording

CODED = [kind for kind in INTENTS if not kind.hidden and meeting_field(kind)]
TITLES = ("AGM", "Fractions in Grade 4", "The Reading of maps: new ones")
STATUS = {
    s.Which.COMING: s.MeetingStatus.SCHEDULED,
    s.Which.PAST: s.MeetingStatus.CLOSED,
    s.Which.CALLED_OFF: s.MeetingStatus.CANCELLED,
}
FREE = {"text", "title", "role", "name", "question", "owner", "door", "reason", "when"}
"""Arguments of people's own words: without quotes, a title in them is one of those words."""

every_coded = pytest.mark.parametrize("kind", CODED, ids=lambda k: k.called())


class Planned:
    """Scheduling that has these meetings on its lists, by title and code."""

    def __init__(self, *which: s.Which, **codes: str) -> None:
        self._which = which or tuple(STATUS)
        self._titles = codes
        self.asked = 0

    async def ask(self, request: Any) -> Any:
        if not isinstance(request, s.ListMeetings):
            raise NoCommunity
        self.asked += 1
        there = self._titles.items() if request.which in self._which else ()
        status = STATUS.get(request.which)
        return s.MeetingsListed(
            meetings=tuple(
                MEETING.model_copy(update={"code": code, "title": title, "status": status})
                for code, title in there
            )
        )


def words_of(kind: type[Intent]) -> str:
    """What an example says besides its name and its code."""
    begins = next(p for p in (kind.called(), *kind.aliases) if kind.example.startswith(p))
    return re.sub(r"\bM7K2\b", "", kind.example.removeprefix(begins)).strip()


async def filled(line: str, there: Planned) -> dict[str, object]:
    read = await with_code(read_line(line, INTENTS), there, Wording())
    assert isinstance(read, Understood), (line, read)
    return read.filled


@every_coded
@pytest.mark.parametrize("title", TITLES)
async def test_a_title_stands_for_a_code(kind: type[Intent], title: str) -> None:
    field, rest = str(meeting_field(kind)), words_of(kind)
    there = Planned(M7K2=title, M8K3="Something else", M9K4=f"Before {title}")
    as_word = kind.mark(field, "keyed")
    by_code = f"{kind.called()} {rest} {field}: M7K2"
    expected = await filled(by_code, Planned())
    named = [f"{kind.called()} {rest} {field}: {title}"]
    if not as_word:
        named += [f"{kind.called()} {quoted} {rest}" for quoted in (f'"{title}"', f"“{title}”")]
    needed = kind.model_fields[field].is_required()
    if not as_word and (needed or not FREE & set(kind.model_fields)):
        named += [f"{kind.called()} {title} {rest}", f"{kind.called()} the {title.upper()} {rest}"]
        named += [f"{kind.called()} {title[:-1]} {rest}" if len(title) > 3 else named[0]]
    for line in named:
        assert await filled(line, there) == expected, line
    form = Understood(kind, {**expected, field: title.casefold()})
    assert await with_code(form, there, Wording()) == Understood(kind, expected)


@every_coded
async def test_a_code_wins_and_nothing_is_asked(kind: type[Intent]) -> None:
    there = Planned(M8K3="M7K2")
    field = str(meeting_field(kind))
    line = f"{kind.called()} {words_of(kind)} {field}: m7k2"
    assert (await filled(line, there))[field] == "m7k2"
    assert there.asked == 0


@every_coded
async def test_what_fits_two_is_asked_and_what_fits_none_is_told_with_what_there_is(
    kind: type[Intent],
) -> None:
    field = str(meeting_field(kind))
    line = f"{kind.called()} {words_of(kind)} {field}: "
    two = Planned(*{s.Which.COMING, s.Which.CALLED_OFF}, M7K2="AGM", M8K3="AGM")
    asked = await with_code(read_line(line + "AGM", INTENTS), two, Wording())
    assert isinstance(asked, Answer)
    assert "M7K2" in asked.text()
    assert "M8K3" in asked.text()
    picks = [c.intent for c in asked.choices()[:-1]]
    assert [getattr(each, field) for each in picks] == ["M7K2", "M8K3"] or asked.question()
    none = await with_code(read_line(line + "Budget", INTENTS), two, Wording())
    assert isinstance(none, Answer)
    assert "by that name or code" in none.text()
    assert "M7K2 AGM" in none.text()
    assert isinstance(none.question(), Ask)


def slips_of(title: str) -> list[str]:
    """A title with a letter too few, too many, wrong, with two that changed places, or no space."""
    return [
        title[:3] + title[4:],
        title[:3] + "x" + title[3:],
        title[:3] + "x" + title[4:],
        title[:2] + title[3] + title[2] + title[4:],
        title.replace(" ", "", 1),
    ]


@every_coded
@pytest.mark.parametrize("title", slips_of("Robotics evening"))
async def test_a_misspelt_title_is_asked_about_and_nothing_is_done(
    kind: type[Intent], title: str
) -> None:
    field = str(meeting_field(kind))
    there = Planned(M8K3="AGM", M7K2="Robotics evening", M9K4="Robotics in Grade 4")
    lines = [f"{kind.called()} {words_of(kind)} {field}: {title}"]
    if kind.model_fields[field].is_required() and not kind.mark(field, "keyed"):
        lines.append(f"{kind.called()} {title} {words_of(kind)}")
    for line in lines:
        asked = await with_code(read_line(line, INTENTS), there, Wording())
        assert isinstance(asked, Answer), line
        told = asked.text()
        assert "Did you mean" in told, line
        assert "M7K2 Robotics evening" in told
        assert "AGM" not in told
        assert asked.question() or asked.choices()[0].intent.model_dump()[field] == "M7K2"


async def test_a_figure_is_no_slip_and_short_words_are_spelt() -> None:
    there = Planned(M7K2="AGM", M8K3="Grade 4", M9K4="Year 12 maths")
    for line in ("cancel AGN", 'cancel "Grade 5"', 'cancel "Yer 13 maths"'):
        asked = await with_code(read_line(f"meeting {line}", INTENTS), there, Wording())
        assert isinstance(asked, Answer), line
        assert "by that name or code" in asked.text(), line


async def test_what_may_be_meant_as_it_stands_can_still_be_done_so() -> None:
    there = Planned(M7K2="Robotics")
    asked = await with_code(read_line("meeting start robtics", INTENTS), there, Wording())
    assert isinstance(asked, Answer)
    by_code, as_typed, _ = [choice.intent for choice in asked.choices()]
    assert by_code.model_dump() == {"code": "M7K2", "title": ""}
    assert as_typed.model_dump() == {"code": None, "title": "robtics"}


@pytest.mark.parametrize("title", ["robotics", "robtics"])
async def test_a_word_for_several_commands_asks_which_is_meant_of_what_the_title_names(
    title: str,
) -> None:
    there = Planned(M8K3="AGM", M7K2="Robotics")
    asked = await with_codes(read_line(f"show {title}", INTENTS), there, Wording())
    assert isinstance(asked, Answer)
    kinds = [choice.intent.called() for choice in asked.choices()[:-1]]
    assert kinds == ["meeting show", "agenda show", "minutes show"]
    assert "M7K2 Robotics" in asked.text()
    assert "AGM" not in asked.text()
    lost = await with_codes(read_line("show moonshine", INTENTS), there, Wording())
    assert isinstance(lost, Unclear)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "meeting note decision AGM is on Thursday",
            {"kind": "decision", "text": "AGM is on Thursday"},
        ),
        ("agenda add AGM", {"title": "AGM"}),
        ("meeting start AGM of the club", {"title": "AGM of the club"}),
        ("meeting start AGM", {"code": "M7K2"}),
        ("meeting cancel AGM the hall is taken", {"code": "M7K2", "reason": "the hall is taken"}),
        ("meeting move AGM planning fri 17:00", {"code": "M8K3", "when": "fri 17:00"}),
        ("meeting move fractions 17:00", {"code": "M9K4", "when": "17:00"}),
        ("yes to AGM please", {"code": "M7K2"}),
        ("yes to fract +2", {"code": "M9K4", "guests": "+2"}),
        ("minutes of AGM", {"code": "M7K2"}),
    ],
)
async def test_words_that_are_fine_as_they_are_stay_their_writers(
    line: str, said: dict[str, object]
) -> None:
    there = Planned(M7K2="AGM", M8K3="AGM planning", M9K4="Fractions in Grade 4")
    assert await filled(line, there) == said


async def test_what_was_not_understood_lists_what_can_be_named() -> None:
    read = await with_code(read_line("yes to Frictions", INTENTS), Planned(M7K2="AGM"), Wording())
    assert isinstance(read, Unclear)
    assert "M7K2 AGM" in read.there[0]


async def test_what_is_held_is_looked_for_among_the_held_and_what_comes_among_the_coming() -> None:
    class Monthly(Planned):
        async def ask(self, request: Any) -> Any:
            code = {s.Which.COMING: "M7K2", s.Which.PAST: "M8K3"}.get(request.which, "M9K4")
            self._titles = {code: "Monthly"}
            return await super().ask(request)

    assert (await filled("minutes Monthly", Monthly()))["code"] == "M8K3"
    assert (await filled("meeting cancel Monthly", Monthly()))["code"] == "M7K2"
    assert (await filled("meeting restore Monthly", Monthly()))["code"] == "M9K4"


@every_coded
async def test_of_a_series_the_next_date_is_meant_but_where_a_date_changes_for_everybody(
    kind: type[Intent],
) -> None:
    class Fortnightly(Planned):
        async def ask(self, request: Any) -> Any:
            listed = await super().ask(request)
            dates = [m.model_copy(update={"series": UUID(int=7)}) for m in listed.meetings]
            return listed.model_copy(update={"meetings": tuple(dates)})

    field = str(meeting_field(kind))
    line = f"{kind.called()} {words_of(kind)} {field}: Monthly"
    read = await with_code(
        read_line(line, INTENTS), Fortnightly(M7K2="Monthly", M8K3="Monthly"), Wording()
    )
    if kind.needs is Role.FACILITATOR:
        assert isinstance(read, Answer)
        line += " scope: all"
        if "scope" not in kind.model_fields:
            return
        read = await with_code(
            read_line(line, INTENTS), Fortnightly(M7K2="Monthly", M8K3="Monthly"), Wording()
        )
    assert isinstance(read, Understood)
    assert read.filled[field] == "M7K2"
