"""The words that people agree to before anything is kept about them."""

from indaba.contracts.membership import CONSENT_VERSION
from indaba.conversation.answer import Items, Text
from indaba.conversation.wording import Wording


def consent(wording: Wording) -> tuple[Text, Items, Text]:
    """What is kept and why: version `CONSENT_VERSION` of the words that people agree to."""
    say = wording.say
    kept = (
        say("Your chat account here, to know you and to mention you."),
        say("Your answers and check-ins, to plan meetings and to count who came."),
        say(
            "Lines tagged for the minutes, votes, promises and feedback; that you wrote or spoke "
            "at a meeting, not what."
        ),
        say("What you save to the library and say about using it, for the others to find."),
        say("Your profile, only as far as you fill it in, to show who the community reaches."),
        say("Proof of this consent, for as long as it holds and three years after."),
    )
    after = say(
        "What you say in the room is not kept, unless a member saves or tags a message: then you "
        "see it and can take it out. See or erase it all at any time: me data. "
        "This is for adults, 18 or older. Wording: {version}",
        version=CONSENT_VERSION,
    )
    return Text(say("If you agree, Indaba keeps:")), Items(kept), Text(after)
