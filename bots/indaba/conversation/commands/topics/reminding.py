"""When members are reminded, and when they are left in peace."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from indaba.contracts.passport import Role
from indaba.contracts.reminding import SetQuietHours, SetReminderTimes
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.fields import NO, wrong
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_zone

UNITS = {"m": 1, "min": 1, "minute": 1, "h": 60, "hour": 60, "d": 1440, "day": 1440, "week": 10080}
LEAD = re.compile(r"(\d{1,3}|an?|one|two)\s*(minute|min|m|hour|h|day|d|week)s?", re.IGNORECASE)
WORDS = {"a": 1, "an": 1, "one": 1, "two": 2}
MOST_LEADS = 5
NEVER = NO | {"none", "never"}


def leads_in(text: str) -> tuple[int, ...]:
    """Minutes before the start, in the order said. Raises what `wrong` makes."""
    if text.strip(" .").casefold() in NEVER:
        return ()
    parts = [part for part in re.split(r",|;|\band\b", text) if part.strip()]
    found = [LEAD.fullmatch(part.strip().removesuffix("before").strip(" .")) for part in parts]
    if not found or not all(found) or len(found) > MOST_LEADS:
        raise wrong("I could not read '{given}'. Say for example: 1 day, 1 hour", given=text[:80])
    return tuple(
        (WORDS.get(m[1].casefold()) or int(m[1])) * UNITS[m[2].casefold()] for m in found if m
    )


def _checked(read: Callable[[str], object]) -> AfterValidator:
    def check(given: str) -> str:
        read(given)
        return given

    return AfterValidator(check)


Leads = Annotated[str, Field(min_length=1, max_length=120), _checked(leads_in)]


class ReminderTimes(Intent, noun="cop", verb="reminders", aliases=("meeting reminders",)):
    """Choose when members are reminded of meetings."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop reminders 1 day, 1 hour"

    times: Leads = Field(
        description="How long before, separated by commas: 1 day, 1 hour",
        json_schema_extra={"question": "How long before the start? For example: 1 day, 1 hour"},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """When it is now."""
        wording = person.wording
        leads = (await services.ask(SetReminderTimes(leads=leads_in(self.times)))).leads
        if not leads:
            return Answer.of(wording.say("Noted: nobody is reminded of meetings."))
        times = ", ".join(wording.length(lead) for lead in leads)
        words = wording.say(
            "Noted: who said yes or maybe is reminded before the start: {times}.", times=times
        )
        return Answer((Text(words),))


class MyQuietHours(Intent, noun="me", verb="quiet", aliases=("quiet", "quiet hours")):
    """Choose hours in which I am not reminded."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "me quiet 20:00-07:00"

    hours: str = Field(
        min_length=1,
        max_length=60,
        description="From when to when, such as 20:00-07:00 or 8pm to 7am; or off",
        json_schema_extra={"question": "From when to when? For example: 20:00-07:00, or off"},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The hours in the asker's zone."""
        say = person.wording.say
        never = self.hours.strip(" .").casefold() in NEVER
        reply = await services.ask(SetQuietHours(text="" if never else self.hours))
        if not reply.begins:
            return Answer.of(say("Noted: you have no quiet hours."))
        return Answer.of(
            say(
                "Noted: no reminders for you from {begins} to {ends} ({zone}). One that falls in "
                "that time comes after it, if the meeting has not begun by then.",
                begins=reply.begins,
                ends=reply.ends,
                zone=say_zone(person.zone, person.wording.locale),
            )
        )
