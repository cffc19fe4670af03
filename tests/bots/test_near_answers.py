"""What nearly answers a question of ours is asked about, and never taken for consent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.test_never_silent import NOW, offers, said
from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.cards.rsvp_words import REPLIES, speaks_of_coming
from indaba.conversation.commands.line import phrases
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.near_answers import TELLING, nearly_answers
from indaba.conversation.dispatch.resolve import RSVPS, resolve_event
from indaba.conversation.store import Offer

ASKED = Context(offers=offers(timedelta(seconds=30), closed=False), heard_at=NOW, now=NOW)
NEAR = ("ys", "yes pls!", "I agree", "ok", "ok i agree thanks", "the first one", "looks good")
TALK = ("ok see you at three", "the hall is fine for grade 4", "who has the key", "thanks all")


@pytest.mark.parametrize("text", sorted({*NEAR, *TELLING} - {*REPLIES}))
def test_who_nearly_answers_is_asked_what_they_choose_and_can_still_choose(text: str) -> None:
    for more in ({}, {"addressed": text}, {"reply_to": "$post"}):
        context = replace(ASKED, replied_to_us="reply_to" in more)
        meant = resolve_event(said(text, **more), context)
        assert isinstance(meant, means.Say), (text, more)
        assert meant.words == means.NEARLY
        assert meant.still_open


def test_no_way_to_begin_a_line_is_taken_for_a_near_answer() -> None:
    begun = [line for line, kind in phrases(INTENTS).items() if kind not in RSVPS.values()]
    assert not [line for line in begun if nearly_answers(line) or nearly_answers(f"{line} please")]


@pytest.mark.parametrize("text", TALK)
def test_talk_is_left_alone(text: str) -> None:
    assert resolve_event(said(text), ASKED) == means.Ignore()


@pytest.mark.parametrize("text", NEAR)
def test_nobody_is_asked_where_nothing_waits_or_others_are_spoken_to(text: str) -> None:
    old = replace(ASKED, offers=offers(timedelta(minutes=5), closed=False))
    closed = replace(ASKED, offers=offers(timedelta(seconds=30), closed=True))
    only_undo: tuple[Offer, ...] = ASKED.offers[1:2]
    for context in (old, closed, replace(ASKED, offers=only_undo), Context(heard_at=NOW, now=NOW)):
        assert resolve_event(said(text), context) == means.Ignore()
    for more in ({"reply_to": "$theirs"}, {"mentions": ("@sipho",)}):
        assert resolve_event(said(text, **more), ASKED) == means.Ignore()


@pytest.mark.parametrize(
    ("text", "answer"), [each for each in REPLIES.items() if speaks_of_coming(each[0])]
)
def test_who_speaks_of_coming_answers_for_a_meeting_and_agrees_to_nothing_else(
    text: str, answer: RsvpAnswer
) -> None:
    closed = replace(ASKED, offers=offers(timedelta(seconds=30), closed=True))
    for context in (ASKED, closed):
        meant = resolve_event(said(text, addressed=text), context)
        assert meant == means.Perform(RSVPS[answer]())
    assert not isinstance(resolve_event(said(text), ASKED), means.Pick)
