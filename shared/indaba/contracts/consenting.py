"""What is said about what members have agreed to, and asking them again. Membership owns it."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import Purpose
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Event, Question, Reply, Request

Version = Annotated[str, StringConstraints(max_length=20)]


class PurposeShown(BaseModel):
    """What somebody said of one purpose; `agreed` is empty if they have said nothing yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    purpose: Purpose
    agreed: bool | None = None
    wording: str = ""
    said_at: AwareDatetime | None = None


class ConsentShown(Reply):
    """What the asker has agreed to, purpose by purpose.

    `unanswered` are those of which they were asked, or are to be, and which they can still answer.
    """

    purposes: Annotated[tuple[PurposeShown, ...], Confidential] = ()
    unanswered: Annotated[tuple[Purpose, ...], Confidential] = ()
    wording: str = CONSENT_VERSION


class ShowConsent(
    Question[ConsentShown], wire="membership.show-consent.v1", asked_by=Standing.KNOWN
):
    """Show what the asker has agreed to."""


class AnswerConsent(
    Request[ConsentShown], wire="membership.answer-consent.v1", asked_by=Standing.KNOWN
):
    """Agree to purposes under the wording that was shown, or take that back.

    What was kept for a purpose that is taken back goes.
    """

    purposes: tuple[Purpose, ...] = Field(min_length=1, max_length=20)
    agreed: bool
    wording: Version


class ConsentAsked(Reply):
    """What a member is to be told and asked, once: nothing, if they were asked before."""

    news: tuple[Purpose, ...] = ()


class AskConsent(Request[ConsentAsked], wire="membership.ask-consent.v1", asked_by=Standing.FACE):
    """A face is about to ask a member of its community about the wording in force.

    Whoever asks first may; all others are told that there is nothing to ask.
    """

    member: MemberId


class ConsentDue(Event, wire="membership.consent-due.v1"):
    """Members of a community are to be asked about a new wording, each in their own chat.

    Worthless after `until`.
    """

    community: CommunityId
    members: tuple[MemberId, ...]
    until: AwareDatetime


class ConsentChanged(Event, wire="membership.consent-changed.v1"):
    """A member agreed to something, or took it back: for what is `withheld`, nothing is kept."""

    member: MemberId
    withheld: tuple[str, ...]
