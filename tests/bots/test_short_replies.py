"""Short answers under a meeting's card, and what is talk."""

import pytest

from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.cards.rsvp_words import REPLIES, ShortReply, short_reply

TAKEN: tuple[tuple[str, RsvpAnswer, int | None], ...] = (
    ("yes +1", RsvpAnswer.YES, 1),
    ("Yes +2", RsvpAnswer.YES, 2),
    ("yes + 2!", RsvpAnswer.YES, 2),
    ("yes, 2 guests", RsvpAnswer.YES, 2),
    ("Yes, with 2 others", RsvpAnswer.YES, 2),
    ("yes with two friends", RsvpAnswer.YES, 2),
    ("yes with a friend please", RsvpAnswer.YES, 1),
    ("yes plus one", RsvpAnswer.YES, 1),
    ("yes and 1 guest, thanks", RsvpAnswer.YES, 1),
    ("yes i will come +1", RsvpAnswer.YES, 1),
    ("yes +1 M7K2", RsvpAnswer.YES, 1),
    ("ja ek kom +3", RsvpAnswer.YES, 3),
    ("I'm coming +1", RsvpAnswer.YES, 1),
    ("yes i will come", RsvpAnswer.YES, None),
    ("Yes, I’ll come. See you there!", RsvpAnswer.YES, None),
    ("I will come", RsvpAnswer.YES, None),
    ("yes I can make it", RsvpAnswer.YES, None),
    ("yes, I'm coming, thank you", RsvpAnswer.YES, None),
    ("yes definitely", RsvpAnswer.YES, None),
    ("yes yes", RsvpAnswer.YES, None),
    ("Hi all, yes please", RsvpAnswer.YES, None),
    ("sorry, yes I will come", RsvpAnswer.YES, None),
    ("maybe, not sure yet", RsvpAnswer.MAYBE, None),
    ("Maybe, I might come", RsvpAnswer.MAYBE, None),
    ("not sure if I can make it", RsvpAnswer.MAYBE, None),
    ("I may come", RsvpAnswer.MAYBE, None),
    ("miskien, dankie", RsvpAnswer.MAYBE, None),
    ("Sorry, cannot make it", RsvpAnswer.NO, None),
    ("can't make it", RsvpAnswer.NO, None),
    ("I cannot come", RsvpAnswer.NO, None),
    ("no, sorry", RsvpAnswer.NO, None),
    ("no, I can't come, sorry", RsvpAnswer.NO, None),
    ("No, I will not be there this time.", RsvpAnswer.NO, None),
    ("I won't make it, apologies", RsvpAnswer.NO, None),
    ("unfortunately I cannot attend", RsvpAnswer.NO, None),
    ("nee dankie", RsvpAnswer.NO, None),
    ("I am so sorry, I can't make it", RsvpAnswer.NO, None),
)
TALK = (
    *("yes at 3", "yes 3", "yes +10", "yes +1 +2", "yes +1.5", "yes -1 guests", "yes 1-2 guests"),
    *("yes for 2", "yes, 2 guests at 3", "yes +27 82 555 0100", "+1", "2 guests", "with 2 others"),
    *("no +1", "maybe +1", "yes no", "yes but is there parking?", "yes if it rains", "yes?? +1"),
    *("no, can you come?", "no, you cannot come", "yes come", "yes be there", "yes make it"),
    *("yes it will be there", "no i will come", "no, I am", "no problem, I will come", "I will"),
    *("I cannot not come", "maybe not", "yes sorry", "yes, I cannot come", "might be late"),
    *("no one will come", "coming to the point", "see you there", "thanks", "sorry", "", "   "),
    *("yes he will come", "not sure who", "yes " + "please " * 40, "yes please bring 2 chairs"),
    *("cannot open the link", "no guests please", "yes everyone will come", "we cannot come"),
)


@pytest.mark.parametrize(("text", "answer", "guests"), TAKEN)
def test_a_short_answer_is_taken(text: str, answer: RsvpAnswer, guests: int | None) -> None:
    assert short_reply(text) == ShortReply(answer, guests)


@pytest.mark.parametrize("text", TALK)
def test_what_has_a_word_too_many_stays_talk(text: str) -> None:
    assert short_reply(text) is None


@pytest.mark.parametrize(("phrase", "answer"), REPLIES.items())
def test_every_word_for_an_answer_takes_politeness_and_only_a_yes_guests(
    phrase: str, answer: RsvpAnswer
) -> None:
    assert short_reply(f"{phrase}, thanks") == ShortReply(answer)
    wanted = ShortReply(answer, 2) if answer is RsvpAnswer.YES else None
    assert short_reply(f"{phrase} +2") == wanted
    assert short_reply(f"{phrase} at 3") is None
