"""People of one community, and what they move about each other."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.membership import (
    AssignRole,
    LeaveCommunity,
    PassportIssued,
    Platform,
    Settled,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.contracts.removal import (
    AccountSuspended,
    AnswerCase,
    CaseAnswer,
    CaseFacts,
    CaseTold,
    Departure,
    ListCases,
    NoteDeparture,
    RemoveMember,
    ResumeRole,
    SuspendAccount,
    SuspendMember,
    Told,
)
from services.town import Town
from workshop import rows, until

LONG = 8
"""Days after which a facilitator can second a motion."""


def account(name: str) -> str:
    return f"@{name}:example.org"


class Village:
    """A community with facilitators and members, each called by a first name."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.home: UUID | None = None
        self.ids: dict[str, UUID] = {}

    async def begin(self, *facilitators: str, members: tuple[str, ...] = ()) -> None:
        """Found it; all have been there for more than a week."""
        first, *others = facilitators
        held = await self.town.founded(account(first))
        self.home = held.passport.community
        self.ids[first] = held.passport.member  # type: ignore[assignment]
        for name in (*others, *members):
            joined = await self.town.joined(account(name))
            self.ids[name] = joined.passport.member  # type: ignore[assignment]
        for name in others:
            await self.promote(first, name)
        self.town.later(days=LONG)

    async def held(self, name: str) -> PassportIssued:
        return await self.town.passport(account(name))

    async def role(self, name: str) -> Role | None:
        return max((await self.held(name)).passport.roles, default=None, key=list(Role).index)

    async def promote(self, by: str, name: str) -> None:
        asked = AssignRole(platform=Platform.MATRIX, account=account(name), role=Role.FACILITATOR)
        await self.town.ask(asked, await self.held(by))

    async def demote(self, by: str, name: str) -> Settled:
        asked = AssignRole(
            platform=Platform.MATRIX, account=account(name), role=Role.MEMBER, reason="rude"
        )
        return await self.town.ask(asked, await self.held(by))

    async def leave(self, name: str) -> None:
        await self.town.ask(LeaveCommunity(), await self.held(name))

    async def resume(self, name: str) -> None:
        await self.town.ask(ResumeRole(), await self.held(name))

    async def remove(self, by: str, name: str) -> Settled:
        asked = RemoveMember(platform=Platform.MATRIX, account=account(name), reason="spam")
        return await self.town.ask(asked, await self.held(by))

    async def suspend(self, by: str, name: str) -> Settled:
        asked = SuspendMember(platform=Platform.MATRIX, account=account(name), reason="stolen")
        return await self.town.ask(asked, await self.held(by))

    async def suspend_by_operator(self, name: str, community: str = "") -> AccountSuspended:
        asked = SuspendAccount(
            platform=Platform.MATRIX, account=account(name), community=community, reason="stolen"
        )
        return await self.town.ask(asked, await self.town.passport(""))

    async def waiting(self, name: str) -> list[CaseFacts]:
        return list((await self.town.ask(ListCases(), await self.held(name))).cases)

    async def answer(self, name: str, answer: CaseAnswer, case: UUID | None = None) -> bool:
        """Answer what waits; whether it is decided."""
        if case is None:
            [waits] = await self.waiting(name)
            case = waits.case
        asked = AnswerCase(case=case, answer=answer)
        return (await self.town.ask(asked, await self.held(name))).decided

    async def refused(self, asking: Any) -> str:
        try:
            await asking
        except Refused as no:
            return no.told
        return ""

    async def departs(self, name: str, how: Departure, by: str = "") -> None:
        """What a platform says of an account."""
        asked = NoteDeparture(
            platform=Platform.MATRIX,
            account=account(name),
            community=self.home,  # type: ignore[arg-type]
            how=how,
            by=account(by) if by else "",
        )
        await self.town.ask(asked, await self.town.passport("", community=self.home))

    async def told(self, what: Told) -> list[set[str]]:
        """Whom each of such events names, oldest first."""
        query = (
            f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{CaseTold.wire}'"
            " ORDER BY id"
        )
        bodies = [body for (body,) in await rows(self.town.ledgers["membership"], query)]
        names = {str(one): name for name, one in self.ids.items()}
        return [
            {names[member] for member in body["members"]} | ({"all"} if body["openly"] else set())
            for body in bodies
            if body["what"] == what
        ]

    async def becomes(self, name: str, role: Role | None) -> None:
        """Wait until somebody's role is this."""

        async def so() -> bool:
            return await self.role(name) is role

        await until(so)

    async def motion_fell(self) -> None:
        """Wait until everybody was told that a motion came to nothing."""

        async def told() -> bool:
            return bool(await self.told(Told.FELL))

        await until(told)

    def later(self, time: timedelta) -> None:
        self.town.later(seconds=time.total_seconds())
