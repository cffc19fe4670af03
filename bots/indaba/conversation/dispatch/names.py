"""Persons by their name, wherever an account is taken: found here, for every such argument.

An account or a mention always wins, and who says "me" is meant, whatever others call themselves. A
name is looked for among those in the room: the local part of an account or a name they go by. Its
first words are as good as the whole, which anybody may call themselves; only then the beginning of
a word counts. What fits several is asked about; what fits nobody is left as it was typed, for
whoever takes it to say so.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.fields import account_in, folded
from indaba.conversation.commands.intent import Intent, question, resolve
from indaba.conversation.commands.numbered import numbered_if_whole
from indaba.conversation.delivery.platform import ChatPlatform, InRoom
from indaba.conversation.wording import Wording, plain

MOST_TO_PICK, MOST_NAMED = 5, 50
ME = ("me", "myself", "i")


class Names:
    """Puts accounts in the place of names of those in a room. Raises `Wait`."""

    def __init__(self, platform: ChatPlatform, room: str, writer: str) -> None:
        self._platform = platform
        self._room = room
        self._writer = writer

    async def put_in(
        self, kind: type[Intent], values: Mapping[str, object], wording: Wording
    ) -> dict[str, object] | Answer:
        """The values with accounts for names; or the question who is meant."""
        settled = dict(values)
        for field, value in values.items():
            if not isinstance(value, str):
                continue
            for name in _names_in(kind, field, value, values):
                fits = await self.called(name)
                if len(fits) > 1:
                    return _asked(kind, settled, field, name, fits, wording)
                if fits:
                    account = _written(kind, field, fits[0].account)
                    settled[field] = str(settled[field]).replace(name, account, 1)
        return settled

    async def called(self, name: str) -> list[InRoom]:
        """Who in the room goes by a name: those whose first words it is, else begins so."""
        wanted = folded(name.removeprefix("@"))
        if wanted in ME:
            return [InRoom(self._writer, ())]
        there = await self._platform.people_called(self._room, wanted) if wanted else ()
        whole = [one for one in there if any(_is_whole(each, wanted) for each in one.names)]
        begun = [one for one in there if any(_begins(each, wanted) for each in one.names)]
        return whole or begun


def _is_whole(name: str, wanted: str) -> bool:
    return f"{folded(name)} ".startswith(f"{wanted} ")


def _begins(name: str, wanted: str) -> bool:
    return folded(name).startswith(wanted)


def _names_in(
    kind: type[Intent], field: str, value: str, values: Mapping[str, object]
) -> Sequence[str]:
    """What in a value may be the name of a person, and is no account yet."""
    if field not in kind.model_fields:
        return ()
    if kind.mark(field, "person"):
        names = [part.strip() for part in value.split(",")]
    elif kind.mark(field, "for_person") and values.get("kind", "action") == "action":
        first = next(islice(value.split(), 1), "")
        names = [first.rstrip(":,.")] if first.startswith("@") else []
    else:
        return ()
    return [name for name in names[:MOST_NAMED] if name and not is_account(name)]


def _written(kind: type[Intent], field: str, account: str) -> str:
    """An account as it stands in a value: in free text, one of Discord's is a mention.

    A bare number there would be the writer's own words, and kept with them.
    """
    return f"<@{account}>" if kind.mark(field, "for_person") and account.isdecimal() else account


def is_account(name: str) -> bool:
    """Whether it is an account by itself, on either platform, rather than a name."""
    account = account_in(name)
    return account != name or account.isdecimal() or (account.startswith("@") and ":" in account)


def _asked(
    kind: type[Intent],
    values: Mapping[str, object],
    field: str,
    name: str,
    fits: Sequence[InRoom],
    wording: Wording,
) -> Answer:
    say, shown = wording.say, fits[:MOST_TO_PICK]
    lead = say("Several people here are called {name}. Whom do you mean?", name=plain(name))
    steps = []
    for one in shown:
        account = _written(kind, field, one.account)
        value = str(values[field]).replace(name, account, 1)
        steps.append(resolve(kind, {**values, field: value}, wording))
    labels = [_label(one, wording) for one in shown]
    choices = numbered_if_whole(labels, steps, say("None of them"))
    if choices is None:
        rest = {known: value for known, value in values.items() if known != field}
        listed = "; ".join(labels)
        return Answer((Text(lead), question(kind, rest, field, wording, listed)))
    return Answer((Text(lead), choices))


def _label(one: InRoom, wording: Wording) -> str:
    name = next((name for name in one.names if name), one.account)
    account = plain(one.account)
    return wording.say("{name} ({account})", name=plain(name)[:40], account=account)
