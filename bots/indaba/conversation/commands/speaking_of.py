"""One community at a time in a direct chat with somebody who belongs to several.

They are asked once, and can choose another at any time. Each answer there says which it is about,
so that nothing is done in a community that they did not think of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from indaba.contracts.ids import CommunityId
from indaba.contracts.membership import CommunityCard
from indaba.contracts.refusal import NoCommunity, NotAMember, Refusal, Refused
from indaba.conversation.answer import Answer, Choice, Choices, Text
from indaba.conversation.commands.confiding import for_one
from indaba.conversation.commands.fields import folded
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient, asked_as_json
from indaba.conversation.commands.numbered import NUMBERS
from indaba.conversation.commands.person import Person
from indaba.conversation.wording import plain

MOST_TO_CHOOSE = 10
UNKNOWN = "no-such-"
"""How the codes of refusals begin that say that something is not known here."""


class SpeakOf(Intent, noun="me", verb="speak-of", hidden=True):
    """Let the direct chat be about one of my communities, and go on with what I asked for."""

    PRIVATE: ClassVar[bool] = True
    MEANT: ClassVar[Meant] = Meant.BY_YES

    community: CommunityId
    then: str = ""

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Said where nothing was asked for yet."""
        del services
        return Answer.of(person.wording.say("What would you like to do there?"))


def is_to_choose(person: Person, refusal: Refusal) -> bool:
    """Whether something was refused only because it is not known of which community they speak."""
    code = refusal.told if isinstance(refusal, Refused) else refusal.code
    unsettled = person.direct and person.community is None and bool(person.communities)
    return unsettled and code in (NoCommunity.code, NotAMember.code)


def which_one(person: Person, then: str = "") -> Answer:
    """The question which community is meant; a pick goes on with what they asked for."""
    say, shown = person.wording.say, person.communities[:MOST_TO_CHOOSE]
    lead = say("You belong to several communities. Which one do you mean?")
    picks = tuple(
        Choice(_label(one, shown), number, SpeakOf(community=one.id, then=then))
        for one, number in zip(shown, NUMBERS, strict=False)
    )
    return for_one(Answer((Text(lead), Choices(picks))), person.wording)


def perhaps_elsewhere(intent: Intent, refusal: Refusal, person: Person, then: str) -> Answer | None:
    """Why a code is not known here, and the others of their communities, to go on there.

    Nobody looks there meanwhile: it is done only where they say so. `None` for other refusals.
    """
    others = tuple(one for one in person.communities if one != person.community)
    code = refusal.told if isinstance(refusal, Refused) else refusal.code
    if not (person.direct and person.community and others and then) or not code.startswith(UNKNOWN):
        return None
    named = [name for name in type(intent).model_fields if type(intent).mark(name, "code")]
    if not any(getattr(intent, name) for name in named):
        return None
    lead = person.wording.say("If you mean another of your communities, go on there:")
    asked = which_one(replace(person, communities=others), then)
    words = (Text(person.told(refusal)), Text(lead))
    return replace(asked, blocks=(*words, *asked.blocks[1:]))


def _label(one: CommunityCard, shown: Sequence[CommunityCard]) -> str:
    """Its name, and the beginning of its pages' key where another has the same name."""
    alike = sum(folded(one.name) == folded(other.name) for other in shown) > 1
    return f"{plain(one.name)} ({one.key[:6]})" if alike else plain(one.name)


def to_go_on(kind: type[Intent], values: Mapping[str, object]) -> str:
    """What was typed, to go on with; nothing of what is only picked or opens something."""
    if kind.hidden or kind.secrets() & set(values):
        return ""
    return asked_as_json(kind, values)


def saying_which(kind: type[Intent], answer: Answer, person: Person) -> Answer:
    """The answer, led by the community it is about where it could be about another."""
    several = person.direct and len(person.communities) > 1 and not kind.EVERYWHERE
    if not several or person.community is None or not answer.blocks:
        return answer
    lead = person.wording.say(
        "About {community}. For another: {line}",
        community=plain(person.community.name),
        line=person.types("me community"),
    )
    return replace(answer, blocks=(Text(lead), *answer.blocks), ack=False)
