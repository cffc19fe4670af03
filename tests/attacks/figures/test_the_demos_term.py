"""The demo's story, told to the services act by act, and looked at after each of them.

Those present say how each meeting was, and of uses only that they were: more than the story tells.
"""

import pytest

from attacks.figures.attacker import Attacker, given_away
from indaba.contracts import digest as d
from indaba.contracts import holding
from indaba.contracts import scheduling as s
from indaba.contracts.library import SaveResource, UseResource
from indaba.contracts.membership import AssignRole, DescribeMe, PassportIssued, Platform
from indaba.contracts.passport import Role
from indaba.operate.local.demo.story import MEETINGS, PEOPLE, RESOURCES, Gathering
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
SPY, FACILITATES = 20, 0
USES = tuple(d.WillUse)


class Story:
    """Who does what, and an attacker who looks on."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.attacker = Attacker(town, {"code": ("",), "term": ("", "last")})
        self.acts = 0

    async def held(self, who: int) -> PassportIssued:
        return await self.town.passport(f"@person{who}:demo.invalid")

    async def look(self) -> None:
        both = (await self.held(SPY), await self.held(FACILITATES))
        await self.attacker.look(self.acts, *both)

    async def begin(self) -> None:
        await self.town.founded("@person0:demo.invalid")
        for who, person in enumerate(PEOPLE):
            if who:
                await self.town.joined(f"@person{who}:demo.invalid")
            zone = "Europe/London" if who % 4 == 0 else "Africa/Johannesburg"
            told = DescribeMe(
                organisation=person.organisation,
                category=person.category,
                province=person.province,
                zone=zone,
            )
            await self.town.ask(told, await self.held(who))
            self.acts += 1
        await self.look()

    async def gather(self, number: int, gathering: Gathering) -> str:
        """A meeting is held, and those who were there say how it was."""
        asked = holding.StartMeeting(title=gathering.title, zone="Etc/UTC")
        code = (await self.town.ask(asked, await self.held(0))).meeting.code
        for who in gathering.present:
            await self.town.ask(s.CheckIn(code=code), await self.held(who))
        await self.town.ask(s.CloseMeeting(code=code), await self.held(0))
        self.attacker.codes["code"] = ("", code)
        for who in gathering.present:
            stars = 1 + (who * 7 + number) % 5
            said = d.GiveFeedback(code=code, useful=stars, will_use=USES[who % 3])
            await self.town.ask(said, await self.held(who))
            self.acts += 1
            await self.look()
        return code

    async def share(self, number: int) -> None:
        """What was brought after a meeting, and who used it."""
        for one in (each for each in RESOURCES if each.after == number):
            saving = SaveResource(link=one.link, title=one.title)
            saved = await self.town.ask(saving, await self.held(one.by))
            for who, how, _ in one.used:
                using = UseResource(code=saved.resource.code, how=how)
                await self.town.ask(using, await self.held(who))
                self.acts += 1
            self.attacker.codes["code"] = ("", saved.resource.code)
            await self.look()


@pytest.mark.thorough
async def test_in_the_demos_term_nobody_is_given_away(town: Town) -> None:
    story, codes = Story(town), []
    await story.begin()
    for number, gathering in enumerate(MEETINGS):
        codes.append(await story.gather(number, gathering))
        await story.share(number)
        town.later(days=10)
        story.attacker.codes["code"] = ("", *codes)
        await story.look()
    promoted = AssignRole(
        platform=Platform.MATRIX, account=f"@person{SPY}:demo.invalid", role=Role.FACILITATOR
    )
    await town.ask(promoted, await story.held(FACILITATES))
    for days in (15, 100):
        town.later(days=days)
        await story.look()

    assert given_away(story.attacker.sums()) == {}
    told = [path for path, seen in story.attacker.released.items() if "figures.useful" in path]
    assert len(told) >= len(MEETINGS)
    assert all(len(story.attacker.released[path]) == 1 for path in told if "'code'" in path)
