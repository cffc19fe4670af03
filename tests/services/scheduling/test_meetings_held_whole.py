"""A meeting kept whole: held, noted, decided, promised, and looked back on."""

import asyncio
from datetime import timedelta

import pytest

from indaba.contracts import actions as a
from indaba.contracts import agenda as g
from indaba.contracts import digest as d
from indaba.contracts import holding
from indaba.contracts import record as r
from indaba.contracts import scheduling as s
from indaba.contracts import votes as v
from indaba.contracts.membership import Category, DescribeMe, EraseMe
from indaba.contracts.refusal import Refused
from services.scheduling.whole_meetings import begun, called, told
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_meeting_begins_at_its_time_and_ends_after_silence_also_past_midnight(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe)
    town.later(days=2, seconds=1)
    held = await town.passport("@lindiwe:example.org")

    async def is_(status: s.MeetingStatus) -> bool:
        shown = await town.ask(s.ShowMeeting(code=meeting.code), held)
        return shown.meeting.status is status

    await until(lambda: is_(s.MeetingStatus.LIVE))
    town.later(minutes=119)
    held = await town.passport("@lindiwe:example.org")
    await town.ask(r.TakeNote(kind=r.NoteKind.INFO, text="Still talking"), held)
    town.later(minutes=20)
    held = await town.passport("@lindiwe:example.org")
    assert await is_(s.MeetingStatus.LIVE)
    town.later(minutes=11)
    held = await town.passport("@lindiwe:example.org")
    await until(lambda: is_(s.MeetingStatus.CLOSED))
    minutes = await town.ask(r.ShowMinutes(code=meeting.code), held)
    assert [n.text for t in minutes.topics for n in t.notes] == ["Still talking"]


async def test_only_one_meeting_is_on_and_only_its_chair_or_a_facilitator_ends_it(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    meeting = await begun(town, lindiwe)
    with pytest.raises(Refused, match="is on now"):
        await begun(town, lindiwe)
    with pytest.raises(Refused, match="Only the chair"):
        await town.ask(s.CloseMeeting(code=meeting.code), thandi)
    handed = s.ChangeMeeting(code=meeting.code, chair=thandi.passport.member)
    await town.ask(handed, lindiwe)
    ended = await town.ask(s.CloseMeeting(), thandi)
    assert ended.meeting.status is s.MeetingStatus.CLOSED


async def test_the_door_code_proves_presence_and_the_register_is_corrected(town: Town) -> None:
    lindiwe = await town.founded()
    thandi, sipho = await town.joined("@thandi:x"), await town.joined("@sipho:x")
    shown = await town.ask(holding.StartMeeting(title="Fractions", zone="Etc/UTC"), lindiwe)
    assert shown.door
    wrong = "2222" if shown.door != "2222" else "3333"
    with pytest.raises(Refused, match="not the code of this meeting"):
        await town.ask(s.CheckIn(door=wrong), thandi)
    await town.ask(s.CheckIn(door=shown.door), thandi)
    assert (await town.ask(s.ShowMeeting(code=shown.meeting.code), thandi)).door is None
    corrected = holding.CorrectRegister(
        came=(sipho.passport.a_member(),),
        was_not_there=(thandi.passport.a_member(),),
        walk_ins=3,
    )
    register = await town.ask(corrected, lindiwe)
    assert register.present == ((sipho.passport.member, s.Presence.FACILITATOR),)
    assert register.meeting.counts.walk_ins == 3
    [gone] = await told(town, "scheduling.check-in-corrected.v1")
    assert gone["member"] == str(thandi.passport.member)


async def test_what_a_meeting_does_not_reach_goes_to_the_next(town: Town) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    waits = await town.ask(g.AddAgendaItem(title="From before", minutes=10), thandi)
    assert waits.meeting is None
    meeting = await called(town, lindiwe)
    await town.ask(g.AddAgendaItem(title="Stones", method="spotlight"), thandi)
    moved = await town.ask(g.ChangeAgendaItem(number=2, place=1), thandi)
    assert [item.title for item in moved.items] == ["Stones", "From before"]
    later = await called(town, lindiwe, days=3)
    town.later(days=2, seconds=1)
    lindiwe = await town.passport("@lindiwe:example.org")
    on = await town.ask(holding.StartMeeting(code=meeting.code), lindiwe)
    assert on.meeting.status is s.MeetingStatus.LIVE
    opened = await town.ask(g.OpenTopic(code=meeting.code), lindiwe)
    assert opened.items[0].status is g.ItemStatus.NOW
    await town.ask(s.CloseMeeting(code=meeting.code), lindiwe)
    carried = await town.ask(g.ShowAgenda(code=later.code), lindiwe)
    assert [(item.title, item.carried) for item in carried.items] == [("From before", True)]
    [step] = await told(town, "scheduling.step-due.v1")
    assert (step["step"], step["steps"]) == (1, 3)


async def test_a_decision_keeps_whether_a_quorum_was_there_overall_and_by_category(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    await town.ask(r.SetQuorum(needed=2, required={Category.TEACHER: 1}), lindiwe)
    await begun(town, lindiwe)
    alone = await town.ask(r.TakeNote(kind=r.NoteKind.DECISION, text="We use stones"), lindiwe)
    assert alone.note.quorum
    assert not alone.note.quorum.met
    assert alone.note.quorum.missing == ((Category.TEACHER, 1),)
    await town.ask(DescribeMe(category=Category.TEACHER), thandi)
    await town.ask(s.CheckIn(), thandi)

    async def known() -> bool:
        return bool(await rows(town.ledgers["scheduling"], "SELECT 1 FROM categories"))

    await until(known)
    both = await town.ask(r.TakeNote(kind=r.NoteKind.DECISION, text="We meet again"), thandi)
    assert both.note.quorum
    assert both.note.quorum.met


async def test_a_line_follows_its_message_and_only_those_who_may_change_it(town: Town) -> None:
    lindiwe = await town.founded()
    thandi, sipho = await town.joined("@thandi:x"), await town.joined("@sipho:x")
    meeting = await begun(town, lindiwe)
    noted = r.TakeNote(kind=r.NoteKind.IDEA, text="Buy stones", origin="here")
    await town.ask(noted, thandi)
    again = await town.ask(noted.model_copy(update={"text": "Borrow stones"}), thandi)
    assert (again.note.number, again.note.text) == (1, "Borrow stones")
    with pytest.raises(Refused, match="Only who wrote a line"):
        await town.ask(r.ChangeNote(code=meeting.code, number=1, text="No"), sipho)
    gone = await town.ask(r.ChangeNote(origin="here", gone=True), sipho)
    assert gone.note.removed
    back = await town.ask(r.RestoreNote(code=meeting.code, number=1), lindiwe)
    assert back.note.text == "Borrow stones"


async def test_minutes_are_approved_in_versions_and_later_changes_are_marked(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await begun(town, lindiwe)
    await town.ask(r.TakeNote(kind=r.NoteKind.INFO, text="Ask @thandi:x about stones"), lindiwe)
    with pytest.raises(Refused, match="is not over yet"):
        await town.ask(r.ApproveMinutes(code=meeting.code), lindiwe)
    await town.ask(s.CloseMeeting(code=meeting.code), lindiwe)
    first = await asyncio.gather(
        *(town.ask(r.ApproveMinutes(code=meeting.code), lindiwe, key=f"k{n}") for n in range(2))
    )
    assert {shown.version for shown in first} == {1}
    late = await town.ask(r.ChangeNote(code=meeting.code, number=1, text="Ask her"), lindiwe)
    assert late.note.late
    shown = await town.ask(r.ShowMinutes(code=meeting.code), lindiwe)
    assert (shown.status, shown.changed) == (r.MinutesStatus.APPROVED, True)
    assert (await town.ask(r.ApproveMinutes(code=meeting.code), lindiwe)).version == 2


async def test_highlights_name_nobody_and_have_at_most_600_words(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await begun(town, lindiwe)
    line = "Ask @thandi:example.org and <@12345> about stones"
    await town.ask(r.TakeNote(kind=r.NoteKind.INFO, text=line), lindiwe)
    await town.ask(s.CloseMeeting(), lindiwe)
    draft = await town.ask(r.ShowHighlights(code=meeting.code), lindiwe)
    assert "Ask a member and a member about stones" in draft.text
    assert len(draft.short) <= 300
    with pytest.raises(Refused, match="601 words"):
        await town.ask(r.EditHighlights(code=meeting.code, text="stone " * 601), lindiwe)
    shared = await town.ask(r.ShareHighlights(code=meeting.code), lindiwe)
    assert (await town.ask(r.ShareHighlights(code=meeting.code), lindiwe)).shared == shared.shared


async def test_an_action_comes_back_to_its_owner_before_the_next_meeting(town: Town) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    by = (town.clock.now() + timedelta(days=20)).date()
    said = f"Collect stones by {by.day} {by:%B %Y}"
    asked = a.AddAction(text=said, owner=thandi.passport.member)
    action = (await town.ask(asked, lindiwe)).action
    assert (action.text, action.due) == ("Collect stones", by)
    meeting = await called(town, lindiwe)
    town.later(hours=46, minutes=1)

    async def back() -> bool:
        return bool(await told(town, "scheduling.actions-due.v1"))

    await until(back)
    [due] = await told(town, "scheduling.actions-due.v1")
    assert due["member"] == str(thandi.passport.member)
    assert due["meeting"]["code"] == meeting.code
    thandi = await town.passport("@thandi:x")
    done = a.ChangeAction(code=action.code, status=a.ActionStatus.DONE)
    await town.ask(done, thandi)
    assert (await town.ask(a.ListActions(), thandi)).actions == ()


async def test_a_vote_counts_each_member_once_and_stands_in_the_minutes(town: Town) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    meeting = await begun(town, lindiwe)
    asked = v.OpenVote(question="Where?", options=("Hall", "Online"))
    vote = (await town.ask(asked, lindiwe)).vote
    with pytest.raises(Refused, match="open already"):
        await town.ask(v.OpenVote(question="When?", options=("Now", "Never")), lindiwe)
    for option in (1, 2):
        await town.ask(v.CastVote(vote=vote.id, option=option), thandi)
    await town.ask(v.CastVote(option=1), lindiwe)
    await town.ask(v.CastVote(option=0), lindiwe)
    with pytest.raises(Refused, match="answers 1 to 2"):
        await town.ask(v.CastVote(option=3), lindiwe)
    await town.ask(s.CloseMeeting(), lindiwe)
    counted = await town.ask(v.ShowVote(vote=vote.id), thandi)
    assert (counted.vote.tally, counted.vote.open, counted.mine) == ((0, 1), False, 2)
    with pytest.raises(Refused, match="over and counted"):
        await town.ask(v.CastVote(vote=vote.id, option=1), thandi)
    minutes = await town.ask(r.ShowMinutes(code=meeting.code), thandi)
    assert [n.text for t in minutes.topics for n in t.notes] == ["Vote: Where? Hall: 0, Online: 1"]


async def test_the_checklist_says_nothing_of_roles_where_there_are_none(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe)

    async def ticked() -> list[bool]:
        shown = await town.ask(d.ShowChecklist(code=meeting.code), lindiwe)
        return [duty.done for duty in shown.duties if duty.key == "roles"]

    assert await ticked() == []
    await town.ask(s.ChangeMeeting(code=meeting.code, roles=("greeter",)), lindiwe)
    assert await ticked() == [False]


async def test_the_digest_comes_once_a_week_and_never_for_an_empty_one(town: Town) -> None:
    lindiwe = await town.founded()
    town.later(days=8)
    lindiwe = await town.passport("@lindiwe:example.org")
    await town.ask(a.AddAction(text="Collect stones", owner=lindiwe.passport.member), lindiwe)
    assert await told(town, "scheduling.digest-due.v1") == []

    async def came() -> bool:
        return bool(await told(town, "scheduling.digest-due.v1"))

    for _ in range(21):
        town.later(hours=8)
        await asyncio.sleep(0.15)
    await until(came)
    [due] = await told(town, "scheduling.digest-due.v1")
    assert due["members"] == [str(lindiwe.passport.member)]


async def test_an_erased_member_leaves_the_decision_and_no_other_word(town: Town) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    meeting = await begun(town, lindiwe)
    await town.ask(r.TakeNote(kind=r.NoteKind.DECISION, text="We use stones"), thandi)
    await town.ask(r.TakeNote(kind=r.NoteKind.IDEA, text="Buy a scale"), thandi)
    await town.ask(a.AddAction(text="Bring stones"), thandi)
    await town.ask(s.CloseMeeting(), lindiwe)
    await town.ask(r.ApproveMinutes(code=meeting.code), lindiwe)
    await town.ask(r.ShareHighlights(code=meeting.code), lindiwe)
    await town.ask(EraseMe(), thandi)

    async def gone() -> bool:
        return len(await told(town, "scheduling.minutes-approved.v1")) == 2

    await until(gone)
    latest = (await told(town, "scheduling.minutes-approved.v1"))[-1]["document"]
    assert "We use stones" in latest["text"]
    assert "scale" not in latest["text"]
    shared = (await told(town, "scheduling.highlights-shared.v1"))[-1]["document"]
    assert "scale" not in shared["text"]
    for table in ("notes", "actions", "check_ins", "ballots"):
        found = await rows(town.ledgers["scheduling"], f"SELECT * FROM {table}")
        assert str(thandi.passport.member) not in str(found)
    assert "Bring" not in str(await rows(town.ledgers["scheduling"], "SELECT text FROM actions"))
