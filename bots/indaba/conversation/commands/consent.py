"""The words that people agree to before anything is kept about them."""

from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.responsible import ShowResponsible
from indaba.conversation.answer import Items, Text
from indaba.conversation.commands.intent import ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.responsible import who_answers


async def consent(person: Person, services: ServiceClient) -> tuple[Text, Items, Text, Text]:
    """What is kept and why, and who answers for it: version `CONSENT_VERSION` of the words."""
    say = person.wording.say
    kept = (
        say("Your chat account here, to know you and to mention you."),
        say("Your answers and check-ins, to plan meetings and to count who came."),
        say(
            "Lines tagged for the minutes, votes, promises and feedback; that you wrote or spoke "
            "at a meeting, not what."
        ),
        say("What you save to the library and say about using it, for the others to find."),
        say("Your profile, only as far as you fill it in, to show who the community reaches."),
        say("On how many days you took part, if you facilitate or agreed to be asked."),
        say("If somebody is removed or suspended: about whom, by whom and why."),
        say("If you report harm: your words, sealed, and not that they are yours."),
        say("Proof of this consent, for as long as it holds and three years after."),
    )
    after = say(
        "What you say in the room is not kept, unless a member saves or tags a message: then you "
        "see it and can take it out. See or erase it all at any time: me data. "
        "This is for adults, 18 or older. Wording: {version}",
        version=CONSENT_VERSION,
    )
    answers = who_answers(await services.ask(ShowResponsible()), person.wording)
    return Text(say("If you agree, Indaba keeps:")), Items(kept), Text(answers), Text(after)
