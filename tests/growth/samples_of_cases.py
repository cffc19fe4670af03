"""Samples of what is asked about members' places and about reports."""

from collections.abc import Mapping
from typing import Any

from growth.asking import FRESH, MATRIX, Sample, home_of, member_of
from growth.community import Community
from growth.names import account
from indaba.contracts import consenting, removal, safeguarding
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import OPTIONAL
from indaba.contracts.responsible import ShowResponsible
from indaba.contracts.wire import Request

CONSENT: Mapping[type[Request[Any]], Sample] = {
    consenting.ShowConsent: ("member", lambda _: consenting.ShowConsent()),
    consenting.AnswerConsent: (
        "member",
        lambda _: consenting.AnswerConsent(
            purposes=OPTIONAL, agreed=False, wording=CONSENT_VERSION
        ),
    ),
    consenting.AskConsent: (
        "face",
        lambda c: consenting.AskConsent(member=member_of(c.member.passport)),
    ),
}
CASES: Mapping[type[Request[Any]], Sample] = {
    **CONSENT,
    removal.AnswerCase: (
        "member",
        lambda c: removal.AnswerCase(case=_case(c), answer=removal.CaseAnswer.AGAINST),
    ),
    removal.AppealRemoval: (
        "nobody",
        lambda _: removal.AppealRemoval(platform=MATRIX, account=account(9), words="Please"),
    ),
    removal.ListCases: ("member", lambda _: removal.ListCases()),
    removal.MovePlace: ("face", lambda c: removal.MovePlace(old=home_of(c), new=FRESH)),
    removal.NoteDeparture: (
        "face",
        lambda c: removal.NoteDeparture(
            platform=MATRIX,
            account=account(1),
            community=c.chair.passport.community,
            how=removal.Departure.BANNED,
        ),
    ),
    removal.NoteSign: ("newest", lambda _: removal.NoteSign()),
    removal.ReadmitMember: (
        "chair",
        lambda _: removal.ReadmitMember(platform=MATRIX, account=account(9)),
    ),
    removal.RemoveMember: (
        "chair",
        lambda _: removal.RemoveMember(platform=MATRIX, account=account(9), reason="Spam"),
    ),
    removal.ResumeRole: ("chair", lambda _: removal.ResumeRole()),
    removal.ShowCase: (
        "face",
        lambda c: removal.ShowCase(
            case=_case(c), platform=MATRIX, members=(member_of(c.member.passport),)
        ),
    ),
    removal.ShowHomes: ("face", lambda _: removal.ShowHomes(platform=MATRIX)),
    removal.StandIn: ("newest", lambda _: removal.StandIn(on=True)),
    ShowResponsible: ("nobody", lambda _: ShowResponsible()),
    safeguarding.ShowReporting: ("nobody", lambda _: safeguarding.ShowReporting()),
    safeguarding.DraftReport: (
        "nobody",
        lambda _: safeguarding.DraftReport(platform=MATRIX, account=account(2), words="Help"),
    ),
    safeguarding.SendReport: (
        "nobody",
        lambda c: safeguarding.SendReport(platform=MATRIX, account=account(1), draft=_draft(c)),
    ),
    safeguarding.ListReports: ("lead", lambda _: safeguarding.ListReports()),
    safeguarding.ReadReport: ("lead", lambda c: safeguarding.ReadReport(code=c.report)),
    safeguarding.CloseReport: ("lead", lambda c: safeguarding.CloseReport(code=c.report)),
    safeguarding.ShowLeads: (
        "face",
        lambda c: safeguarding.ShowLeads(report=_sent(c), platform=MATRIX),
    ),
    removal.SuspendAccount: (
        "face",
        lambda _: removal.SuspendAccount(platform=MATRIX, account=account(9), reason="Stolen"),
    ),
    removal.SuspendMember: (
        "chair",
        lambda _: removal.SuspendMember(platform=MATRIX, account=account(9), reason="Stolen"),
    ),
}


def _case(c: Community) -> Any:
    return c.case


def _draft(c: Community) -> Any:
    return c.draft


def _sent(c: Community) -> Any:
    return c.sent
