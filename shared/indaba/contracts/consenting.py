"""Contracts about what members have agreed to, and asking them again. Owned by membership."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import Purpose
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Event, OneEach, Question, Reply

Version = Annotated[str, StringConstraints(max_length=20)]


class PurposeShown(BaseModel):
    """A member's answer to one purpose; `agreed` is empty if they have not answered yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    purpose: Purpose
    agreed: bool | None = None
    wording: str = ""
    said_at: AwareDatetime | None = None


class ConsentShown(Reply):
    """What the asker has agreed to, purpose by purpose.

    `unanswered` lists the purposes they can still answer, whether or not they were asked already.
    """

    purposes: Annotated[tuple[PurposeShown, ...], Confidential] = ()
    unanswered: Annotated[tuple[Purpose, ...], Confidential] = ()
    wording: str = CONSENT_VERSION


class ShowConsent(
    Question[ConsentShown], wire="membership.show-consent.v1", asked_by=Standing.KNOWN
):
    """Show what the asker has agreed to."""


class AnswerConsent(
    OneEach[ConsentShown], wire="membership.answer-consent.v1", asked_by=Standing.KNOWN
):
    """Agree to purposes under the wording that was shown, or withdraw consent.

    What was stored for a withdrawn purpose is deleted.
    """

    purposes: tuple[Purpose, ...] = Field(min_length=1, max_length=20)
    agreed: bool
    wording: Version


class ConsentAsked(Reply):
    """What to tell and ask a member, once; nothing if they were asked before."""

    news: tuple[Purpose, ...] = ()


class AskConsent(OneEach[ConsentAsked], wire="membership.ask-consent.v1", asked_by=Standing.FACE):
    """Claim the right to ask a member about the wording in force, for a face about to do so.

    Only the first face to ask gets something to say; all others get an empty reply.
    """

    member: MemberId


class ConsentDue(Event, wire="membership.consent-due.v1"):
    """Members of a community are to be asked about a new wording, each in their own chat.

    Not worth sending after `until`.
    """

    community: CommunityId
    members: tuple[MemberId, ...]
    until: AwareDatetime


class ConsentChanged(Event, wire="membership.consent-changed.v1"):
    """A member gave or withdrew consent. Nothing is stored for the `withheld` purposes."""

    member: MemberId
    withheld: tuple[str, ...]
