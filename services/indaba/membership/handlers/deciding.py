"""Requests that decide a case, or show it to those who decide."""

from collections.abc import Mapping
from uuid import UUID

from indaba.contracts.ids import MemberId
from indaba.contracts.refusal import NotAMember
from indaba.contracts.removal import (
    AnswerCase,
    CaseAnswer,
    CaseAnswered,
    CaseFacts,
    CaseKind,
    CaseShown,
    CasesShown,
    ListCases,
    NoteSign,
    ShowCase,
    StandIn,
    Told,
)
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.membership.handlers.removing import readmit
from indaba.membership.model.motions import MOTIONS, VOTES, Bench, Case, CaseClosed
from indaba.membership.store import MOST_LISTED, Cases, Engaged, Store
from indaba.membership.workflows.removing import Removing, locked
from indaba.membership.workflows.succession import accept, decline, seek
from indaba.membership.workflows.telling import tell
from indaba.process.passports import PassportOffice

CONCERNING = (*MOTIONS, CaseKind.SUSPENSION)
"""Cases shown to the person concerned, who cannot answer them."""


async def list_cases(request: ListCases, work: Work) -> CasesShown:  # noqa: ARG001 - says all
    """Cases that await the asker's answer or concern them."""
    member = work.passport.known()
    shown: list[CaseFacts] = []
    for case in await Cases(work).waiting_for(member):
        answers = (await Cases(work).bench(case.community)).may(member, case)
        concerns = case.about == member and case.kind in CONCERNING
        if (answers or concerns) and len(shown) < MOST_LISTED:
            shown.append(await _facts(work, case, answers))
    return CasesShown(cases=tuple(shown))


async def _facts(work: Work, case: Case, answers: frozenset[CaseAnswer]) -> CaseFacts:
    community = await Store(work).card_of(case.community)
    theirs = await Cases(work).accounts_of(case.about) if case.about else []
    return CaseFacts(
        case=case.id,
        kind=case.kind,
        community=community.name if community else "",
        accounts=tuple(account for _, account in theirs),
        reason=case.reason,
        appeal=case.appeal,
        until=case.until,
        answers=tuple(answer for answer in CaseAnswer if answer in answers),
    )


async def answer_case(request: AnswerCase, work: Work, office: PassportOffice) -> CaseAnswered:
    """Answer a case. Raises `CaseClosed` if it is decided, or not the asker's to decide."""
    member, case = work.passport.known(), await locked(work, request.case)
    if case is None or (case.closed_at is not None):
        raise CaseClosed
    bench = await Cases(work).bench(case.community)
    if request.answer not in bench.may(member, case):
        raise CaseClosed
    if request.answer in VOTES:
        await Cases(work).cast(case.id, member, request.answer)
        return CaseAnswered(decided=False)
    carried = await _decide(request.answer, case, member, bench, work, Removing(work, office))
    return CaseAnswered(decided=True, carried=carried)


async def _decide(
    answer: CaseAnswer, case: Case, member: MemberId, bench: Bench, work: Work, removing: Removing
) -> bool:
    """Do what one answer decides. Returns whether the case was carried."""
    match answer:
        case CaseAnswer.SECOND:
            await removing.carry_out(case)
        case CaseAnswer.OBJECT:
            await removing.drop(case)
        case CaseAnswer.READMIT:
            await readmit(work, case)
        case CaseAnswer.UPHOLD:
            await Cases(work).change(case.id, closed_at=work.now)
            await tell(work, case, Told.UPHELD, [case.about])
        case CaseAnswer.ACCEPT:
            await accept(work, case, member)
        case CaseAnswer.DECLINE:
            await decline(work, case)
    if case.kind in MOTIONS and answer is CaseAnswer.SECOND:
        await tell(work, case, Told.CARRIED, bench.others(case) | {case.by} - {member})
    return answer in (CaseAnswer.SECOND, CaseAnswer.READMIT, CaseAnswer.ACCEPT)


async def show_case(request: ShowCase, work: Work) -> CaseShown:
    """What a face says about a case, and to which accounts. Raises `CaseClosed`."""
    cases = Cases(work)
    case = await cases.get(request.case)
    if case is None:
        raise CaseClosed
    about = await cases.accounts_of(case.about) if case.about else []
    reach = await cases.reach(request.members, request.platform)
    return CaseShown(
        kind=case.kind,
        reason=case.reason,
        appeal=case.appeal,
        about=tuple(account for platform, account in about if platform is request.platform)
        or tuple(account for _, account in about),
        tell=reach,
        until=case.until,
        blocks=case.blocks,
        answers=await _answers(work, case, reach),
    )


async def _answers(
    work: Work, case: Case, reach: Mapping[str, str]
) -> dict[str, tuple[CaseAnswer, ...]]:
    """What each of these members can answer, by account; empty once the case is decided."""
    if case.closed_at is not None:
        return {}
    bench = await Cases(work).bench(case.community)
    may = {account: bench.may(MemberId(UUID(m)), case) for m, account in reach.items()}
    return {who: tuple(a for a in CaseAnswer if a in theirs) for who, theirs in may.items()}


async def note_sign(request: NoteSign, work: Work) -> Done:  # noqa: ARG001 - says all
    """Note that the asker did something today."""
    await Engaged(work).was_seen(work.passport.in_community(), work.passport.a_member())
    return Done()


async def stand_in(request: StandIn, work: Work) -> Done:
    """Store whether the asker would facilitate. If nobody facilitates, they are asked at once.

    Raises `NotAMember`.
    """
    member, community = work.passport.a_member(), work.passport.in_community()
    if await Store(work).community(community) is None:
        raise NotAMember
    await Engaged(work).set_stands_in(community, member, request.on)
    if request.on:
        await seek(work, community)
    return Done()
