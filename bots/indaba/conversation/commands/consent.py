"""The words that people agree to before anything is kept about them, and when these change."""

from collections.abc import Iterable, Sequence

from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import OPTIONAL, WORDED, Purpose
from indaba.contracts.responsible import ShowResponsible
from indaba.conversation.answer import Items, Text
from indaba.conversation.commands.intent import ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.responsible import who_answers
from indaba.conversation.wording import Wording


async def consent(person: Person, services: ServiceClient) -> tuple[Text, Items, Text, Text]:
    """What is kept and why, and who answers for it: version `CONSENT_VERSION` of the words."""
    say = person.wording.say
    after = say(
        "What you say in the room is not kept, unless a member saves or tags a message: then you "
        "see it and can take it out. See or erase it all at any time: me data. "
        "Take back what you need not agree to: me consent. "
        "This is for adults, 18 or older. Wording: {version}",
        version=CONSENT_VERSION,
    )
    answers = who_answers(await services.ask(ShowResponsible()), person.wording)
    kept = what_is_kept(WORDED, person.wording)
    return Text(say("If you agree, Indaba keeps:")), kept, Text(answers), Text(after)


def what_is_kept(purposes: Iterable[Purpose], wording: Wording) -> Items:
    """What is kept for these purposes, as it is worded now."""
    return Items(tuple(wording.say(WORDED[purpose].words) for purpose in purposes))


def what_is_new(news: Sequence[Purpose], wording: Wording) -> tuple[Text | Items, ...]:
    """What a member has not been told of yet: what goes with membership, and what they are asked.

    Whoever has nothing to answer is only told.
    """
    say = wording.say
    asked = [purpose for purpose in news if purpose in OPTIONAL]
    for_all = [purpose for purpose in news if purpose not in OPTIONAL]
    lead = say(
        "What Indaba keeps is worded anew since you agreed. Nothing that you agreed to changes. "
        "Wording: {version}",
        version=CONSENT_VERSION,
    )
    blocks: list[Text | Items] = [Text(lead)]
    if for_all:
        blocks.append(Text(say("This is kept too, of every member:")))
        blocks.append(what_is_kept(for_all, wording))
    if asked:
        blocks.append(Text(say("May Indaba also keep this? Until you say yes, it does not:")))
        blocks.append(what_is_kept(asked, wording))
    return tuple(blocks)
