"""A code that others can read ends there, however it is posted; a command is no answer."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

from bots.answering import THANDI, understood
from cells import every
from indaba.contracts.ids import CODE_LETTERS, one_time
from indaba.contracts.linking import CodeIssued
from indaba.conversation.answer import Ask
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.accounts import LinkMe
from indaba.conversation.commands.topics.linking import Connect, spoken
from indaba.conversation.delivery.chat_events import MessageEdited, MessageSent
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.resolve import resolve_event

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SECRET = "k3Jd8-sLw0_aQ92kdLs0aAqP"
CODE = CODE_LETTERS[3:12]
WRITTEN = (
    spoken(CodeIssued(code=CODE, expires_at=NOW)),
    CODE,
    CODE.lower(),
    f"{THANDI.portal_url}/sign-in/{SECRET}",
)
SET_APART = (
    f"{CODE[:4]} {CODE[4:]}",
    f"{CODE[:4]} {CODE[4:]}".lower(),
    f"{CODE[:2]}-{CODE[2:4]}-{CODE[4:6]}-{CODE[6:]}",
    f"{CODE[:3]} {CODE[3:6]} {CODE[6:]}",
    f"{CODE[:4]} - {CODE[4:]}",
    f"{CODE[:4]}\u2013{CODE[4:]}",
    f"{CODE[:4]}\u00a0{CODE[4:]}",
    f"{CODE[:4]}\n{CODE[4:]}",
    f"_{CODE}_",
    " ".join(CODE),
    " ".join(CODE.lower()),
)
AROUND = ("{}", "here it is: {}", "{} is mine, thanks!", "me link {}", "agenda add {}")
TALK = (
    "well-known long-term",
    "the fire-truck broke down",
    "BIRTHDAY at 18:00",
    "wonderful afternoon",
    "https://example.org/a1b2-c3d4e5",
    "we have them the whole day",
    "at 2 we meet, at 5 we eat",
    "three days ahead, then ten",
)
CONNECT = Ask("cop connect", {}, "code", "Which code?", "")


def said(text: str, *, to_us: bool = False, direct: bool = False) -> MessageSent:
    return MessageSent(
        id="$1",
        room="!r",
        account="@thandi",
        sent_at=NOW,
        direct=direct,
        text=text,
        addressed=text if to_us or direct else None,
    )


@every("written, around, to_us", product(WRITTEN, AROUND, (False, True)))
def test_what_opens_something_ends_wherever_others_read_it(
    written: str, around: str, to_us: bool
) -> None:
    text = around.format(written)
    found = resolve_event(said(text, to_us=to_us), Context())
    assert isinstance(found, means.Overheard)
    assert {*found.secrets.codes, *found.secrets.sign_ins} == {
        SECRET if SECRET in written else CODE
    }
    alone = resolve_event(said(text, direct=True), Context())
    assert not isinstance(alone, means.Overheard)


@every("written, around", product(SET_APART, AROUND))
def test_a_code_ends_however_it_is_set_apart(written: str, around: str) -> None:
    found = resolve_event(said(around.format(written)), Context())
    assert isinstance(found, means.Overheard)
    assert CODE in found.secrets.codes


@every("written", (*WRITTEN[:3], *SET_APART))
def test_whatever_is_taken_as_a_code_is_heard_as_one(written: str) -> None:
    typed = written.strip("_")
    assert LinkMe(code=typed).code == CODE
    assert one_time(typed) == CODE
    for kind in (Connect, LinkMe):
        read = read_line(f"{kind.called()} {typed}", INTENTS)
        assert isinstance(read, Understood)
        assert one_time(str(read.filled["code"])) == CODE


def test_a_code_in_capitals_is_not_crowded_out_by_talk() -> None:
    talk = " ".join(f"at {n}pm then we meet, say," for n in range(2, 10))
    found = resolve_event(said(f"{talk} my code is {CODE[:4]} {CODE[4:]}"), Context())
    assert isinstance(found, means.Overheard)
    assert found.secrets.codes[0] == CODE


@every("written, direct", product((*WRITTEN, *SET_APART), (False, True)))
def test_words_that_are_edited_in_are_read_too(written: str, direct: bool) -> None:
    text = f"it is {written}"
    edit = MessageEdited(
        id="$2", room="!r", account="@thandi", sent_at=NOW, direct=direct, message="$1", text=text
    )
    found = resolve_event(edit, Context())
    assert isinstance(found, means.Retag if direct else means.Overheard)
    if isinstance(found, means.Overheard):
        assert isinstance(found.otherwise, means.Retag)


@every("text", TALK)
def test_what_people_say_to_each_other_is_asked_about_rarely(text: str) -> None:
    found = resolve_event(said(text), Context())
    assert isinstance(found, means.Ignore) or (
        isinstance(found, means.Overheard)
        and "-" in text
        and isinstance(found.otherwise, means.Ignore)
    )


CONTEXTS = (Context(), Context(question=CONNECT))


@every("context, written", product(CONTEXTS, (WRITTEN[0], *SET_APART[:4], SET_APART[-1])))
def test_a_code_for_the_room_itself_is_typed_there(context: Context, written: str) -> None:
    line = f"cop connect {written}" if context.question is None else written
    found = resolve_event(said(line, to_us=context.question is None), context)
    assert isinstance(found, means.Command | means.Resume)


def _asked_by_word() -> list[tuple[type[Intent], str]]:
    kinds = [kind for kind in INTENTS if not kind.hidden]
    return [(k, name) for k in kinds for name in k.model_fields if k.mark(name, "word")]


def _asked(kind: type[Intent], field: str) -> Any:
    """The question for a field, with whatever else the example gives."""
    read = read_line(kind.example, INTENTS)
    assert isinstance(read, Understood)
    known = {name: value for name, value in read.filled.items() if name != field}
    return Ask(kind.called(), known, field, "?", "")


LINES = [kind.example for kind in INTENTS if not kind.hidden and " " in kind.example]


@every("asked, line, direct", product(_asked_by_word(), LINES, (False, True)))
def test_a_whole_command_is_carried_out_while_a_word_is_asked_for(
    asked: tuple[type[Intent], str], line: str, direct: bool
) -> None:
    assert understood(line)
    context = Context(question=_asked(*asked))
    found = resolve_event(said(line, direct=direct), context)
    meant = found.otherwise if isinstance(found, means.Overheard) else found
    assert meant == means.Command(line), (asked, line)


def test_a_word_that_fits_is_an_answer_though_it_reads_as_a_command() -> None:
    question = Ask("member role", {"account": "@bo:example.org"}, "role", "Which role?", "")
    for direct in (False, True):
        found = resolve_event(said("member", direct=direct), Context(question=question))
        assert found == means.Resume(question, "member")
