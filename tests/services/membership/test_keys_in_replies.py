"""What opens something is in no database, yet whoever asks twice gets the same."""

from collections.abc import Callable
from typing import Any

import pytest

from dumps import dumped, where
from indaba.contracts import spoken
from indaba.contracts.confidential import Key, keys_in
from indaba.contracts.ids import ONE_TIME
from indaba.contracts.linking import IssueLinkCode, IssueRoomCode
from indaba.contracts.membership import (
    CONSENT_VERSION,
    ConsumeSignIn,
    FoundCommunity,
    IssueSignIn,
    JoinCommunity,
    Place,
    Platform,
)
from indaba.contracts.wire import Question, Reply, Request
from indaba.ledger.sealed_replies import SealedReplies
from services.town import Town, founding

pytestmark = pytest.mark.asyncio(loop_scope="module")

Asking = Callable[[Town, str], Request[Any]]


def _there(town: Town, room: str = "") -> Place:
    return Place(platform=Platform.MATRIX, room=room or town.room)


def _joining(town: Town, _: str) -> JoinCommunity:
    return JoinCommunity(
        place=_there(town),
        account="@new:example.org",
        consent_version=CONSENT_VERSION,
        adult=True,
    )


ASKED: dict[type[Request[Any]], Asking] = {
    IssueLinkCode: lambda _, __: IssueLinkCode(),
    IssueRoomCode: lambda _, __: IssueRoomCode(),
    IssueSignIn: lambda _, __: IssueSignIn(),
    ConsumeSignIn: lambda _, secret: ConsumeSignIn(secret=secret),
    JoinCommunity: _joining,
    FoundCommunity: lambda town, _: founding("@other:example.org", _there(town, f"{town.room}2")),
}
ALWAYS_REFUSED = {"membership.link-account.v1"}


def _acts() -> list[type[Request[Any]]]:
    return [k for k in spoken(Request) if not issubclass(k, Question) and keys_in(k.reply())]


def test_all_that_answer_with_a_key_are_tried_here() -> None:
    assert {kind.wire for kind in _acts()} == {k.wire for k in ASKED} | ALWAYS_REFUSED


def test_what_looks_like_a_key_is_marked_as_one() -> None:
    replies: set[type[Reply]] = {kind.reply() for kind in spoken(Request)}
    for reply in replies:
        for name, field in reply.model_fields.items():
            code = any(getattr(mark, "pattern", None) == ONE_TIME for mark in field.metadata)
            assert not (code or name in ("token", "secret")) or Key in field.metadata, (reply, name)


@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.wire)
async def test_no_database_holds_it_and_asked_again_it_is_the_same(
    town: Town, kind: type[Request[Any]]
) -> None:
    held = await town.founded()
    secret = (await town.ask(IssueSignIn(), held)).secret
    request = ASKED[kind](town, secret)
    first = await town.ask(request, held, key="once")
    dump = await dumped(town.ledgers.values())
    for name in keys_in(kind.reply()):
        assert where(dump, getattr(first, name)) == set(), name
    assert await town.ask(request, held, key="once") == first


def test_a_process_without_a_seal_answers_with_no_key() -> None:
    for kind in _acts():
        with pytest.raises(TypeError, match="no seal"):
            SealedReplies().check(kind)
