"""What the services answer about a member's accounts."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts import linking as li
from indaba.contracts.membership import Platform
from indaba.contracts.passport import Role
from indaba.contracts.wire import Done, Reply

HERE = li.AccountName(platform=Platform.MATRIX, account="@thandi:example.org")
TICKET = "sealed-for-whoever-asks"
THERE = li.AccountName(platform=Platform.DISCORD, account="400000000000000001")


def facts(now: datetime) -> li.LinkFacts:
    role = li.RoleThere(
        community="Maths circle",
        theirs=Role.FACILITATOR,
        yours=Role.MEMBER,
        after=Role.FACILITATOR,
    )
    return li.LinkFacts(
        link=UUID(int=11),
        maker=(HERE,),
        joiner=(THERE,),
        roles=(role,),
        until=now + timedelta(minutes=10),
    )


def linked(name: li.AccountName, **facts: Any) -> li.LinkedAccount:
    return li.LinkedAccount(**name.model_dump(), **facts)


def answers(now: datetime) -> dict[str, Reply | Exception]:
    """By the name of the request."""
    shown = li.LinkPreview(link=facts(now), ticket=TICKET)
    here = linked(HERE, may_go=False)
    there = linked(THERE, until=now + timedelta(days=7))
    return {
        "EndLinkCode": Done(),
        "EndOverheard": li.OverheardEnded(ended=True),
        "ShowLinkCode": shown,
        "ProposeLink": shown,
        "ShowLinks": li.LinksShown(accounts=(here, there)),
        "AnswerLink": li.LinkAnswered(linked=True),
        "UnlinkAccount": li.AccountParted(restored=True),
    }


def waiting(now: datetime) -> dict[str, Reply]:
    """Somebody waits for the asker's word."""
    return {"ShowLinks": li.LinksShown(waiting=(facts(now),))}
