"""Who answers for what is kept, in the words of chat and portal."""

from indaba.contracts.responsible import ResponsibleShown
from indaba.conversation.wording import Wording, plain


def who_answers(responsible: ResponsibleShown, wording: Wording) -> str:
    """Who is responsible, to whom to complain, and where it is kept."""
    say = wording.say
    abroad = say("What is said on Discord is kept abroad too, by Discord, in the United States.")
    if not responsible.is_named:
        nobody = say("Nobody is named yet who answers for it, so this is for trying out only.")
        return f"{nobody} {abroad}"
    words = say(
        "{party} answers for it: {contact}. It is kept in {place}. "
        "You can complain to {regulator}.",
        party=plain(responsible.party),
        contact=plain(responsible.contact),
        place=plain(responsible.place),
        regulator=plain(responsible.regulator),
    )
    return f"{words} {abroad}"
