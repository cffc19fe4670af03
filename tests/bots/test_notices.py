"""What the room is told about meetings, and what signs and short replies mean."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.membership import CommunityCard
from indaba.contracts.scheduling import Counts, MeetingFacts, MeetingStatus
from indaba.conversation.answer import Answer, Audience, Facts
from indaba.conversation.cards.cards import (
    cancelled,
    card,
    moved,
    reminder,
    shifted,
    thread_opening,
)
from indaba.conversation.cards.rsvp_words import answer_of, reply_answer
from indaba.conversation.wording import PSEUDO

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
URL = "https://cop.example.org"
COMMUNITY = CommunityCard(
    id=CommunityId(UUID(int=1)),
    name="Maths circle",
    purpose="we improve maths lessons",
    language="en-ZA",
    zone="Africa/Johannesburg",
    key="k3y",
)
MEETING = MeetingFacts(
    id=MeetingId(UUID(int=2)),
    community=COMMUNITY.id,
    code="M7K2",
    version=1,
    author=MemberId(UUID(int=3)),
    title="Fractions",
    starts=datetime(2026, 12, 3, 18, 0),
    zone="Africa/Johannesburg",
    minutes=90,
    starts_at=datetime(2026, 12, 3, 16, 0, tzinfo=UTC),
    status=MeetingStatus.SCHEDULED,
    sequence=0,
    counts=Counts(yes=3, maybe=1),
)
HOSTILE = "@room <b>x</b> **bold** \u202eevil\u2066\x00 {code} {0} %s"
OFF = MEETING.model_copy(update={"status": MeetingStatus.CANCELLED, "reason": "no hall"})
WENT = MEETING.model_copy(update={"moved_from": datetime(2026, 12, 2, 9, 0)})
OVER = MEETING.model_copy(update={"status": MeetingStatus.CLOSED, "counts": Counts()})


def notices(meeting: MeetingFacts, locale: str = "en") -> list[Answer]:
    return [
        card(meeting, COMMUNITY, URL, locale),
        reminder(meeting, ("@ana:example.org",), NOW, locale),
        thread_opening(meeting, locale),
        moved(meeting, locale),
        shifted(meeting, 60, (), locale),
        cancelled(meeting, locale),
    ]


def test_a_card_says_its_state_first_and_stops_asking_when_over() -> None:
    planned = card(MEETING, COMMUNITY, URL)
    assert "3 coming, 1 maybe" in planned.text()
    assert "reply yes, maybe or no" in planned.text()
    assert len(planned.choices()) == 3
    gone = card(OFF, COMMUNITY, URL)
    assert gone.text().startswith("Called off")
    assert "Why: no hall" in gone.text()
    assert gone.choices() == ()
    assert card(WENT, COMMUNITY, URL).text().startswith("This meeting was moved")


def test_a_time_is_said_as_scheduling_reckons_it_whatever_zone_data_a_bot_has() -> None:
    """Scheduling has newer rules, by which Johannesburg is three hours from UTC."""
    told = MEETING.model_copy(update={"starts_at": datetime(2026, 12, 3, 15, 0, tzinfo=UTC)})
    assert "3 December 2026, 18:00 (Johannesburg, UTC+03:00)" in card(told, COMMUNITY, URL).text()
    assert "18:00 (Johannesburg, UTC+03:00)" in shifted(told, -60, ()).text()
    assert "18:00 (Johannesburg, UTC+02:00)" in card(MEETING, COMMUNITY, URL).text()


def test_a_reminder_names_people_and_is_loud() -> None:
    answer = reminder(MEETING, ("@ana:example.org",), NOW)
    assert answer.loud
    assert answer.mentions == ("@ana:example.org",)
    assert "in 2 days" in answer.text()
    assert "calendar" not in answer.text(), "its address is not known"


@pytest.mark.parametrize(
    ("emoji", "answer"),
    [
        ("👍", "yes"),
        ("👍🏾", "yes"),
        ("✅", "yes"),
        ("✔️", "yes"),
        ("🤔", "maybe"),
        ("🤷🏽‍♀️", "maybe"),
        ("👎🏿", "no"),
        ("❌\ufe0f", "no"),
        ("🎉", None),
        ("", None),
    ],
)
def test_a_reaction_means_the_same_in_every_skin_tone(emoji: str, answer: str | None) -> None:
    assert answer_of(emoji) == answer


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("yes", "yes"),
        ("Yes please!", "yes"),
        ("Ja", "yes"),
        ("nee", "no"),
        ("misskien", "maybe"),
        ("I’m coming", "yes"),
        ("can't", "no"),
        ("yes M7K2", "yes"),
        ("👍🏽", "yes"),
        ("no problem, I will come", None),
        ("yes but is there parking?", None),
        ("x" * 500, None),
    ],
)
def test_a_plain_reply_counts_only_as_a_whole(reply: str, answer: str | None) -> None:
    assert reply_answer(reply) == answer


def test_every_notice_is_for_the_room_and_belongs_to_its_card() -> None:
    for notice in notices(MEETING):
        assert notice.audience is Audience.ROOM
        assert notice.card == MEETING.id


def test_hostile_titles_stay_text_in_notices() -> None:
    for notice in notices(MEETING.model_copy(update={"title": HOSTILE, "reason": HOSTILE})):
        text = notice.text()
        assert "@room" not in text
        assert not any(c in text for c in "\u202e\u2066\x00")
        assert "{code} {0} %s" in text


@pytest.mark.parametrize("meeting", [MEETING, OFF, WENT, OVER])
def test_no_sentence_of_any_notice_slips_by_the_catalogue(meeting: MeetingFacts) -> None:
    data = ("Thursday", "Fractions", "M7K2")
    for notice in notices(meeting, PSEUDO):
        assert all(c.label.startswith("⟦") for c in notice.choices())
        for block in notice.blocks:
            rows = block.rows if isinstance(block, Facts) else ()
            values = [value for _, value in rows if not value.startswith(data)]
            assert all(w.startswith("⟦") for w in [*values, *(label for label, _ in rows)])
        paragraphs = [line for line in notice.text().splitlines() if not line.startswith("⟦")]
        assert len(paragraphs) == len(notice.choices()), "only choices begin with their emoji"


def test_lines_to_type_carry_the_prefix_of_the_room() -> None:
    assert "!cop here M7K2" in card(MEETING, COMMUNITY, URL, prefix="!cop ").text()
    assert "!cop here M7K2" in reminder(MEETING, (), NOW, prefix="!cop ").text()
