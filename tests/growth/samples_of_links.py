"""Samples of what is asked about links between accounts."""

from collections.abc import Callable, Mapping
from typing import Any

from growth.community import Community
from growth.names import account
from indaba.contracts import linking as li
from indaba.contracts.membership import Platform
from indaba.contracts.wire import Request

MATRIX = Platform.MATRIX
FREE = account(3)
"""An account that no link is about."""


def _typed(kind: type[Any]) -> tuple[str, Callable[[Community], Request[Any]]]:
    return "nobody", lambda c: kind(platform=MATRIX, account=FREE, code=c.secrets["link"])


def _answered(c: Community) -> Request[Any]:
    assert c.asked
    return li.AnswerLink(link=c.asked, agreed=True)


def _told(c: Community) -> Request[Any]:
    assert c.link
    return li.TellLink(link=c.link, platform=MATRIX, side=li.LinkSide.PARTNERS)


def _unlinked(c: Community) -> Request[Any]:
    name = li.AccountName(platform=MATRIX, account=account(4))
    return li.UnlinkAccount(platform=MATRIX, account=account(2), unlinked=name)


LINKS: Mapping[type[Request[Any]], tuple[str, Callable[[Community], Request[Any]]]] = {
    li.LinkAccount: _typed(li.LinkAccount),
    li.EndLinkCode: _typed(li.EndLinkCode),
    li.EndOverheard: (
        "nobody",
        lambda _: li.EndOverheard(codes=("99999999",), sign_ins=("no-such-secret-at-all",)),
    ),
    li.ShowLinkCode: _typed(li.ShowLinkCode),
    li.ProposeLink: _typed(li.ProposeLink),
    li.AnswerLink: ("member", _answered),
    li.ShowLinks: ("member", lambda _: li.ShowLinks(platform=MATRIX, account=account(1))),
    li.UnlinkAccount: ("two", _unlinked),
    li.TellLink: ("face", _told),
}
