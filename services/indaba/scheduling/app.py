"""Scheduling's composition root."""

import asyncio
from functools import partial
from pathlib import Path

from indaba.contracts import scheduling as said
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import MemberErased, MemberLeft
from indaba.ledger import Ledger
from indaba.scheduling import model, reactions
from indaba.scheduling.handlers import meetings as handlers
from indaba.scheduling.timers import meetings as timers

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(ledger: Ledger) -> None:
    """Connect what scheduling answers, listens to and times with how."""
    ledger.answer(said.ReadWhen, handlers.understand_when)
    ledger.answer(said.ScheduleMeeting, handlers.schedule_meeting)
    ledger.answer(said.MoveMeeting, handlers.move_meeting)
    ledger.answer(said.CancelMeeting, handlers.cancel_meeting)
    ledger.answer(said.CloseMeeting, handlers.close_meeting)
    ledger.answer(said.AnswerRsvp, handlers.answer_rsvp)
    ledger.answer(said.CheckIn, handlers.check_in)
    ledger.answer(said.ShowMeeting, handlers.show_meeting)
    ledger.answer(said.ListMeetings, handlers.list_meetings)
    ledger.answer(said.SetReminders, handlers.set_reminders)
    ledger.answer(said.ShowMySchedulingData, handlers.show_my_data)
    ledger.on(MemberErased, reactions.erase_member)
    ledger.on(MemberLeft, reactions.withdraw_answers)
    ledger.on(MembersMerged, reactions.merge_members)
    ledger.when(timers.REMIND, timers.remind)
    ledger.when(timers.CLOSE, timers.close)
    ledger.loop("warming", partial(asyncio.to_thread, model.warm))
