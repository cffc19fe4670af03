"""Actions: adding, listing, reporting progress, and handing over."""

from datetime import date

from indaba.contracts.actions import (
    ActionAdded,
    ActionChanged,
    ActionShown,
    ActionsListed,
    AddAction,
    ChangeAction,
    HandAction,
    ListActions,
    SetDueDay,
    WhichActions,
)
from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.keeping import facilitates, meeting_called
from indaba.scheduling.model import (
    Action,
    Meeting,
    NoSuchAction,
    code_from,
    doing,
    read_due,
    read_promise,
    wall,
    zone_named,
)
from indaba.scheduling.store import Actions
from indaba.scheduling.workflows.codes import CODES

MOST_LISTED = 100


async def add_action(request: AddAction, work: Work) -> ActionShown:
    """Add an action that somebody promises, or that waits for an owner."""
    author = await now_called(work, work.passport.a_member())
    passport = work.passport
    read = read_promise(request.text, work.now, passport.zone, passport.locale)
    text, due, doubt = read.text, read.due, read.doubt
    if request.due:
        due, doubt = read_due(request.due, work.now, passport.zone, passport.locale)
    meeting = await meeting_called(work, request.meeting) if request.meeting else None
    action = await promise(work, author, text, owner=request.owner, due=due, meeting=meeting)
    return ActionShown(action=action.facts(), doubt=doubt)


async def promise(
    work: Work,
    author: MemberId,
    text: str,
    *,
    owner: MemberId | None,
    due: date | None,
    meeting: Meeting | None,
) -> Action:
    """Store a new action and emit its event."""
    community = work.passport.in_community()
    action = Action(
        id=work.world.new_id(),
        community=community,
        code=await _fresh_code(work, community),
        author=author,
        text=doing(text),
        promised=today(work),
        owner=await now_called(work, owner) if owner else None,
        due=due,
        meeting=meeting.id if meeting else None,
        meeting_code=meeting.code if meeting else "",
    )
    await Actions(work).keep(action)
    work.emit(ActionAdded.of(action.id, action.facts()))
    return action


def today(work: Work) -> date:
    """Today's date in the asker's zone."""
    return wall(work.now, zone_named(work.passport.zone)).date()


async def list_actions(request: ListActions, work: Work) -> ActionsListed:
    """List open actions, those due first: the asker's own, everybody's, or those past their day."""
    member, community = work.passport.a_member(), work.passport.in_community()
    actions, most = Actions(work), MOST_LISTED
    match request.which:
        case WhichActions.MINE:
            open_actions = await actions.open(
                community, owner=await now_called(work, member), limit=most
            )
        case WhichActions.LATE:
            open_actions = await actions.open(community, before=today(work), limit=most)
        case WhichActions.OPEN:
            open_actions = await actions.open(community, limit=most)
    return ActionsListed(actions=tuple(action.facts() for action in open_actions))


async def change_action(request: ChangeAction, work: Work) -> ActionShown:
    """Set how far an action is. Raises `ActionOver` where only an open one could be so."""
    member = await now_called(work, work.passport.a_member())
    before = await _action(work, request.code)
    before.may_change(member, facilitates=facilitates(work))
    return await _keep_and_show(work, before, before.report(request.status, request.note))


async def hand_action(request: HandAction, work: Work) -> ActionShown:
    """Hand an action to another member. Anybody may take one that has no owner.

    Raises `ActionOver`.
    """
    member = await now_called(work, work.passport.a_member())
    to = await now_called(work, request.to)
    before = await _action(work, request.code)
    if before.owner is not None or to != member:
        before.may_change(member, facilitates=facilitates(work))
    return await _keep_and_show(work, before, before.hand(to))


async def set_due_day(request: SetDueDay, work: Work) -> ActionShown:
    """Set by which day an action is due, if the day is clear. Raises `ActionOver`."""
    member = await now_called(work, work.passport.a_member())
    before = await _action(work, request.code)
    before.may_change(member, facilitates=facilitates(work))
    before.still_open()
    due, doubt = read_due(request.day, work.now, work.passport.zone, work.passport.locale)
    if due is None:
        return ActionShown(action=before.facts(), doubt=doubt)
    return await _keep_and_show(work, before, before.due_by(due))


async def _keep_and_show(work: Work, before: Action, action: Action) -> ActionShown:
    if action is not before:
        await Actions(work).keep(action)
        work.emit(ActionChanged.of(action.id, action.facts()))
    return ActionShown(action=action.facts())


async def _action(work: Work, code: str) -> Action:
    action = await Actions(work).by_code(work.passport.in_community(), code)
    if action is None:
        raise NoSuchAction(code)
    return action


async def _fresh_code(work: Work, community: CommunityId) -> str:
    for length in (4, 4, 4, 5, 5, 6, 8):
        code = code_from(work.world.below(CODES), length, letter="A")
        if not await Actions(work).code_is_taken(community, code):
            return code
    raise AssertionError
