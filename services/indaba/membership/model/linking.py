"""What linking two accounts does to roles, and who may unlink which account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import AccountName
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refusal, hint

UNDONE_WITHIN = timedelta(days=7)


class LinkState(StrEnum):
    """How far a link has come. `OVER`: it came to nothing, or was undone."""

    TYPED = "typed"
    ASKED = "asked"
    LINKED = "linked"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Link:
    """An account that waits to be linked to `owner`, or is linked.

    `gone` is the member it was, if any. `was_in` are the communities that both belonged to once
    linked, with the role they had there; `None` for a community in which anything was moved or
    decided about that member since. `until` is when the question expires and, once linked, when
    undoing ends. `brought` are all accounts that came with the link, as `gone` may have had
    several.
    """

    id: UUID
    owner: MemberId
    joiner: AccountName
    community: CommunityId
    until: datetime
    state: LinkState = LinkState.ASKED
    gone: MemberId | None = None
    was_in: dict[CommunityId, Role | None] | None = None
    linked_at: datetime | None = None
    brought: tuple[AccountName, ...] = ()

    def can_be_undone(self, now: datetime) -> bool:
        """Whether the account can still be the member it was."""
        return self.state is LinkState.LINKED and self.gone is not None and now < self.until


class LinkNeedsBoth(Refusal):
    """An older face would link without asking both sides."""

    code = "link-needs-both"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was linked: since a newer release both accounts are asked first. Try again "
            "in some minutes: {hint}",
            hint=hint("me link"),
        )


class LinkOver(Refusal):
    """The question was answered before, or has expired."""

    code = "link-over"

    def __init__(self) -> None:
        super().__init__(
            "That is answered already, or more than ten minutes old. Nothing was changed. To begin "
            "again: {hint}",
            hint=hint("me link"),
        )


class LeavesNobody(Refusal):
    """A community would be left without a facilitator."""

    code = "link-leaves-nobody"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Linking takes the role of the only facilitator of “{name}”, as it raises nobody's "
            "role. Make the code with the facilitator's account instead, and type it with the "
            "other one: {hint}",
            hint=hint("me link"),
            name=name,
        )


class NotYourAccount(Refusal):
    """The account is not the asker's."""

    code = "not-your-account"

    def __init__(self) -> None:
        super().__init__("That is none of your accounts. To see them: {hint}", hint=hint("me data"))


class LastAccount(Refusal):
    """A member without an account could never come back."""

    code = "last-account"

    def __init__(self) -> None:
        super().__init__(
            "This is your only account. To leave a community, or have everything about you "
            "deleted: {hint}",
            hint=hint("cop leave"),
        )


class LinkedBefore(Refusal):
    """An account that was linked later cannot unlink an earlier one."""

    code = "linked-before"

    def __init__(self) -> None:
        super().__init__(
            "That account was here before the one you write from, so only it can unlink itself. "
            "To unlink this one: {hint}",
            hint=hint("me unlink"),
        )


def role_after(maker: Role | None, joiner: Role | None) -> Role:
    """The linked member's role in a community that either belongs to: nobody gets a higher one.

    The maker of the code keeps their role. If only the joiner belongs there, it is plain member.
    """
    if maker is None and joiner is None:
        raise ValueError("neither belongs there")
    return maker or Role.MEMBER


def role_again(role: Role | None, now: Role | None, *, steady: bool) -> Role | None:
    """The role of a member who is parted again.

    `role` is theirs from before linking, `now` that of the one member. It is given back only if
    `steady`: while linked, the one member kept their role, and nothing was moved or decided about
    them or by them. Otherwise the parted member is a plain member, so that whoever moved something
    does not become a second facilitator who could second it.
    """
    if now is None:
        return None
    return role if role is not None and steady else Role.MEMBER


def shown_before(accounts: Sequence[AccountName], joiner: AccountName) -> tuple[AccountName, ...]:
    """The one account of a code's maker that is shown to whoever typed it, until the maker agrees.

    One on the other platform if possible, as that is what linking is for.
    """
    elsewhere = [name for name in accounts if name.platform is not joiner.platform]
    return tuple((elsewhere or accounts)[:1])


def came(linked: Iterable[Link]) -> dict[AccountName, tuple[datetime, ...]]:
    """When each account came to a member, newest link of its chain first.

    An account may have been linked to somebody who was then linked to this member. Accounts that
    were there from the beginning are left out.
    """
    chains: dict[AccountName, list[datetime]] = {}
    for link in linked:
        if link.linked_at is not None:
            for name in {link.joiner, *link.brought}:
                chains.setdefault(name, []).append(link.linked_at)
    return {name: tuple(sorted(moments, reverse=True)) for name, moments in chains.items()}


def may_unlink(
    asking: AccountName, unlinked: AccountName, since: Mapping[AccountName, tuple[datetime, ...]]
) -> bool:
    """Whether an account may unlink another: itself, or one that came later. See `came`."""
    return asking == unlinked or since.get(asking, ()) < since.get(unlinked, ())
