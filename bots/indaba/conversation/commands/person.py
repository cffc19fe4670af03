"""Who asks, and where; what they may do, and how they type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from indaba.contracts.ids import MemberId
from indaba.contracts.library import StoredFile
from indaba.contracts.membership import CommunityCard, Place, Platform
from indaba.contracts.openness import Part
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import (
    HINT,
    AppealWaits,
    Hint,
    NoCommunity,
    NotAMember,
    Refusal,
    Refused,
    Removed,
    Suspended,
)
from indaba.conversation.commands.fields import folded
from indaba.conversation.commands.hints import typed, typed_elsewhere, typed_line
from indaba.conversation.commands.intent import SLASH, Intent
from indaba.conversation.commands.line import phrases
from indaba.conversation.delivery.chat_events import Written
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording, plain
from indaba.ledger.listing import Entries

ALONE = {
    NoCommunity.code: "From here I do not know which community you mean. Type it in the room of "
    "that community, or become a member there first: {line}",
    NotAMember.code: "I know of no community that you belong to. To become a member type in its "
    "room: {line}",
}
"""What is refused in a direct chat, where there is no room to set up or join a community in."""

ABOUT_THEM = {each.code for each in (Suspended, Removed, AppealWaits)}
"""Refusals that others need not read, with why somebody said so."""


@dataclass(frozen=True)
class Person:
    """Who asks, and where: found by the platform, never typed.

    `has_power` says that the account runs the room (room version 12 creators count). `now` and
    `said_at` are aware UTC. `prefix` is what a line here begins with, such as `!cop `, empty where
    none is needed; `intents` are all that can be asked for. `rooms` gives the ids of other rooms
    that the account runs too, by the address it typed. `locale` is the asker's own language; empty:
    the community's. `house` is what holds the room, `at_home` says that the room itself is the
    community's. `written` is the message that was pointed at or the file sent along, `author` its
    author where that is a member here, and `shelved` its file, copied. `ephemeral` says that the
    answer reaches the asker alone, `because` why they were removed or suspended here,
    `may_set_up` that operators let them found communities, and `own_data` what this bot keeps of
    them, for an intent that `TELLS_OWN_DATA`. `undoable` is what they can still take back here, the
    newest first.
    `communities` are theirs where they speak in a direct chat and belong to several.
    """

    platform: Platform
    account: str
    room: str
    direct: bool
    passport: Passport | None
    community: CommunityCard | None
    has_power: bool
    now: datetime
    said_at: datetime
    portal_url: str = ""
    rooms: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    intents: Sequence[type[Intent]] = ()
    locale: str = ""
    house: str = ""
    at_home: bool = False
    written: Written | None = None
    author: MemberId | None = None
    shelved: StoredFile | None = None
    ephemeral: bool = False
    because: str = ""
    may_set_up: bool = True
    own_data: tuple[Entries, ...] = ()
    undoable: tuple[Intent, ...] = ()
    moved_on: bool = False
    communities: tuple[CommunityCard, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether nobody else is meant to read the answer; looked at again before it is posted."""
        return self.direct or self.ephemeral

    @property
    def wording(self) -> Wording:
        """Says sentences in this person's language."""
        return Wording(self.locale or (self.passport.locale if self.passport else ""))

    @property
    def zone(self) -> str:
        """The IANA zone this person's times are read and shown in."""
        if self.passport:
            return self.passport.zone
        return self.community.zone if self.community else "Africa/Johannesburg"

    @property
    def place(self) -> Place:
        """The room asked in."""
        return Place(platform=self.platform, room=self.room, house=self.house)

    def in_community(self) -> CommunityCard:
        """The community asked in. Raises `NoCommunity`."""
        if self.community is None:
            raise NoCommunity
        return self.community

    @property
    def opened(self) -> frozenset[Part]:
        """What of the community the world sees."""
        return self.passport.opened if self.passport else frozenset()

    def is_member(self) -> bool:
        """Whether this person belongs to the community asked in."""
        return bool(self.passport and self.passport.member and self.passport.roles)

    def facilitates(self) -> bool:
        """Whether this person is a facilitator of the community asked in."""
        return bool(self.passport and Role.FACILITATOR in self.passport.roles)

    def may(self, kind: type[Intent]) -> bool:
        """Whether this person holds the role that the intent needs."""
        if kind.needs is None:
            return True
        roles = self.passport.roles if self.passport else frozenset()
        return kind.needs in roles or Role.FACILITATOR in roles

    def types(self, intent: str, /, **arguments: str) -> str:
        """An intent, by name or alias, with arguments, as this person would type it here.

        What is between them and us is typed elsewhere, and the line says where.
        """
        return self._types(Hint(intent, arguments))

    def _types(self, wanted: Hint) -> str:
        kind = phrases(self.intents).get(folded(wanted.intent))
        if kind is None or not kind.PRIVATE or self.alone or self.prefix == SLASH:
            return typed(wanted, self.prefix, self.intents)
        line = typed(wanted, "", self.intents)
        return self.wording.say("{line} (in a direct chat with me)", line=line)

    def types_elsewhere(self, hint: Hint, *, private: bool = False) -> str:
        """A hint as it is typed in another room, on either platform; or in a direct chat there."""
        return typed_elsewhere(hint, self.wording, self.intents, private=private)

    def types_example(self, kind: type[Intent]) -> str:
        """An intent's example as this person would type it here."""
        return typed_line(kind.example, self.prefix, self.intents)

    def told(self, refusal: Refusal) -> str:
        """Why something was refused, in this person's language, with what they can type next."""
        code = refusal.told if isinstance(refusal, Refused) else refusal.code
        if self.direct and self.community is None and code in ALONE:
            join = self.types_elsewhere(Hint("cop join"))
            return self.wording.say(ALONE[code], line=join)
        if code in ABOUT_THEM:
            return self._about_them(code, refusal)
        words = self.wording.by_code(refusal)
        return words if refusal.hint is None else words.replace(HINT, self._types(refusal.hint))

    def _about_them(self, code: str, refusal: Refusal) -> str:
        """Until when, why, and what they can do: to them alone. Else where they read it."""
        say, line = self.wording.say, self._types(refusal.hint or Hint("me data"))
        if not self.alone:
            return say("You cannot do that here now. What you can do: {line}", line=line)
        until = self.passport.rests_until if self.passport else None
        when = {"until": say_for(until, self.zone, self.wording.locale)} if until else {}
        words = self.wording.by_code(Refused(code, refusal.words, when)).replace(HINT, line)
        why = say("Why: {reason}", reason=plain(self.because)) if self.because else ""
        return f"{words} {why}".strip()
