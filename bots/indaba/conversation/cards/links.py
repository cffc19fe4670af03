"""What is told of accounts that are linked or unlinked, to each side and to facilitators."""

from collections.abc import Iterator, Sequence

from indaba.contracts.linking import LinkNews, LinkTelling, LinkTold
from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import HINT, Hint, hint
from indaba.conversation.answer import Answer, Audience, Text
from indaba.conversation.commands.confiding import for_one
from indaba.conversation.commands.hints import put_in
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.topics.accounts import asked_for, named, shown_as_names
from indaba.conversation.delivery.platform import ChatPlatform
from indaba.conversation.wording import Wording, plain

MAKER = {
    LinkNews.TYPED: "Somebody typed your code, with {joiner}. If that was you, go on there: I ask "
    "you here before anything happens. If it was not, agree to nothing. To see your accounts: "
    "{hint}",
    LinkNews.LAPSED: "You did not say whether {joiner} is yours, so nothing was linked. To begin "
    "again: {hint}",
    LinkNews.DECLINED: "Nothing was linked with {joiner}.",
    LinkNews.LINKED: "{joiner} and you are one member now. If that was not you, undo it within a "
    "week: {hint}",
    LinkNews.PARTED: "{joiner} and you are two again, each as before. To see your accounts: {hint}",
}
JOINER = {
    LinkNews.LAPSED: "{maker} did not say whether you are the same person, so nothing was linked. "
    "To begin again: {hint}",
    LinkNews.DECLINED: "{maker} said that this is not their account. Nothing was linked.",
    LinkNews.LINKED: "You and {maker} are one member now. If that was not you, undo it within a "
    "week: {hint}",
    LinkNews.PARTED: "{maker} and you are two again, each as before. To see your accounts: {hint}",
}
FACILITATORS = {
    LinkNews.LINKED: "In {name}, {maker} and {joiner} are one member now. Nobody's role was raised "
    "by it. If you think that they are two people, ask them: for a week it can be undone.",
    LinkNews.PARTED: "In {name}, {maker} and {joiner} are two members again, each as before.",
}
OPENLY = {
    LinkNews.LINKED: "Two accounts in {name} are one member now. I say whose to its facilitators "
    "alone: open a direct chat with me, and you are told the next time.",
    LinkNews.PARTED: "What was one member of {name} is two again, each as before. I say who to its "
    "facilitators alone: open a direct chat with me, and you are told the next time.",
}
"""For rooms, while no facilitator whom it does not concern has a direct chat."""

HINTS = {LinkNews.LAPSED: hint("me link")}


def openly(event: LinkTold, telling: LinkTelling, issued: PassportIssued) -> Iterator[Answer]:
    """That something was linked or parted, without a name, where facilitators are to hear it."""
    words = OPENLY.get(event.what)
    if not words or not telling.tell_facilitators:
        return
    name = issued.community.name if issued.community else ""
    sentence = Wording(issued.passport.locale).say(words, name=plain(name))
    yield Answer((Text(sentence),), Audience.ROOM)


def answers(
    event: LinkTold, telling: LinkTelling, issued: PassportIssued, platform: ChatPlatform,
    intents: Sequence[type[Intent]],
) -> Iterator[tuple[tuple[str, ...], Answer]]:  # fmt: skip
    """Each answer with the accounts that it is for; `issued` says in which community."""
    name = issued.community.name if issued.community else ""
    wording = Wording(issued.passport.locale)
    prefix, here = platform.prefix if platform.has_buttons else "", platform.platform
    wanted: Hint = HINTS.get(event.what, hint("me unlink"))
    link = telling.link

    def answer(words: str) -> Answer:
        facts = {"maker": named(link.maker, wording), "joiner": named(link.joiner, wording)}
        sentence = wording.say(words, name=plain(name), hint=HINT, **facts)
        lead = Text(put_in(sentence, wanted, prefix, intents))
        both = shown_as_names((*link.maker, *link.joiner), here)
        mentions = tuple(account for account in both if account in sentence)
        return for_one(Answer((lead,), mentions=mentions), wording)

    if event.what is LinkNews.ASKED:
        asked = asked_for(link, wording, issued.passport.zone, here)
        yield telling.tell_maker, for_one(asked, wording)
        return
    for accounts, words in (
        (telling.tell_maker, MAKER.get(event.what)),
        (telling.tell_joiner, JOINER.get(event.what)),
        (telling.tell_facilitators, FACILITATORS.get(event.what)),
    ):
        if accounts and words:
            yield accounts, answer(words)
