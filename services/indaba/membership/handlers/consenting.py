"""What members agreed to, purpose by purpose, and which face asks about a new wording."""

from indaba.contracts.consenting import (
    AnswerConsent,
    AskConsent,
    ConsentAsked,
    ConsentShown,
    PurposeShown,
    ShowConsent,
)
from indaba.contracts.ids import MemberId
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import OPTIONAL, Consent, Purpose
from indaba.contracts.refusal import NotAMember
from indaba.ledger import Work
from indaba.membership.model.consenting import WordingOutdated, check_optional
from indaba.membership.store import Consents, Linking
from indaba.membership.workflows.consenting import drop, tell_consent


async def show_consent(request: ShowConsent, work: Work) -> ConsentShown:  # noqa: ARG001 - says all
    """Show what the asker has agreed to."""
    return _shown(await Consents(work).of(_asker(work)), work)


async def answer_consent(request: AnswerConsent, work: Work) -> ConsentShown:
    """Store the asker's answer, and delete what was stored for purposes they withdraw.

    Raises `WordingOutdated`.
    """
    member, consents = _asker(work), Consents(work)
    if request.wording != CONSENT_VERSION:
        raise WordingOutdated
    check_optional(request.purposes)
    await Linking(work).lock(member)
    await consents.keep(member, request.purposes, agreed=request.agreed)
    if not request.agreed:
        await drop(member, request.purposes, work)
    consent = await consents.of(member)
    await tell_consent(member, consent, work)
    return _shown(consent, work)


async def ask_consent(request: AskConsent, work: Work) -> ConsentAsked:
    """Let the first face that asks tell a member about the wording in force.

    Somebody without a valid consent receipt is not asked.
    """
    consents = Consents(work)
    await Linking(work).lock(request.member)
    consent = await consents.of(request.member)
    news = consent.news() if consent.answers else ()
    if news:
        await consents.keep_asked(request.member)
    return ConsentAsked(news=news)


def _asker(work: Work) -> MemberId:
    if work.passport.member is None:
        raise NotAMember
    return work.passport.member


def _shown(consent: Consent, work: Work) -> ConsentShown:
    purposes = tuple(_purpose(consent, purpose) for purpose in OPTIONAL)
    return ConsentShown(purposes=purposes, unanswered=consent.unanswered(work.now))


def _purpose(consent: Consent, purpose: Purpose) -> PurposeShown:
    answer = consent.on(purpose)
    if answer is None:
        return PurposeShown(purpose=purpose)
    return PurposeShown(
        purpose=purpose, agreed=answer.agreed, wording=answer.wording, said_at=answer.at
    )
