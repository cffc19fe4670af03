"""About people who show interest elsewhere than on a card."""

from typing import ClassVar

from indaba.contracts.ids import MeetingId
from indaba.contracts.scheduling import AnswerRsvp, RsvpAnswer, ShowMeeting
from indaba.conversation.answer import Answer
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person


class Interested(Intent, noun="meeting", verb="interested", hidden=True):
    """Count as maybe, if nothing was answered yet."""

    SILENT: ClassVar[bool] = True

    meeting: MeetingId

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says nothing: a sign on another page is no question to us."""
        if person.is_member():
            shown = await services.ask(ShowMeeting(meeting=self.meeting))
            if shown.mine is None:
                code = shown.meeting.code
                await services.ask(AnswerRsvp(code=code, answer=RsvpAnswer.MAYBE))
        return Answer(())
