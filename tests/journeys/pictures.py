"""Pictures of a journey for docs/pictures; taken only where INDABA_PICTURES names a folder."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import simcord
from playwright.async_api import FloatRect, Page, ViewportSize, async_playwright
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from journeys.seat import Seat

FOLDER = os.environ.get("INDABA_PICTURES", "")
ZONE = "Africa/Johannesburg"
# Without the simulation's own head and side.
CHANNEL = FloatRect(x=256, y=76, width=644, height=860)
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 0; padding: 12px; color: #1b1d22;
  overflow-wrap: anywhere }
.said { margin: 0 0 10px; padding: 8px 12px; background: #f1f3f6; border-radius: 10px }
.bot { background: #e6f3ec } .who { font-size: 12px; color: #596170 } p, ol, ul { margin: 4px 0 }
.signs { font-size: 13px }
"""


async def of_discord(
    env: simcord.Env, channel: ChannelHandle, viewer: MemberActor, name: str
) -> None:
    """The channel as one person sees it."""
    if not FOLDER:
        return
    opened = env.preview(channel, viewers=[viewer], layout="channel", timezone=ZONE)
    async with opened as preview, _page({"width": 900, "height": 1000}) as page:
        await page.goto(preview.url)
        await page.wait_for_timeout(1500)
        await page.screenshot(path=str(Path(FOLDER) / f"{name}.png"), clip=CHANNEL)


async def of_matrix(seat: Seat, name: str, last: int) -> None:
    """The last messages of the room as the homeserver gives them to every app."""
    if not FOLDER:
        return
    events = await seat.person.events(seat.room)
    lines = [_line(event, events, seat) for event in events if _is_message(event)][-last:]
    async with _page({"width": 430, "height": 200}) as page:
        await page.set_content(f"<meta charset=utf-8><style>{STYLE}</style>{''.join(lines)}")
        await page.screenshot(path=str(Path(FOLDER) / f"{name}.png"), full_page=True)


@asynccontextmanager
async def _page(size: ViewportSize) -> AsyncIterator[Page]:
    where = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])
        yield await browser.new_page(viewport=size)
        await browser.close()


def _is_message(event: dict[str, Any]) -> bool:
    content = event["content"]
    replaces = content.get("m.relates_to", {}).get("rel_type") == "m.replace"
    return event["type"] == "m.room.message" and "body" in content and not replaces


def _line(event: dict[str, Any], events: list[dict[str, Any]], seat: Seat) -> str:
    newest, signs = event["content"], []
    for other in events:
        relation = other["content"].get("m.relates_to", {})
        if relation.get("event_id") != event["event_id"]:
            continue
        if relation.get("rel_type") == "m.replace":
            newest = other["content"]["m.new_content"]
        if relation.get("rel_type") == "m.annotation":
            signs.append(relation["key"])
    by_bot = event["sender"] == seat.town.bot_account
    words = newest.get("formatted_body") or escape(newest["body"]).replace("\n", "<br>")
    who = "Indaba" if by_bot else event["sender"].split(":")[0][1:-8]
    at = datetime.fromtimestamp(event["origin_server_ts"] / 1000).astimezone()
    below = f"<div class=signs>{' '.join(signs)}</div>" if signs else ""
    return (
        f'<div class="said {"bot" if by_bot else ""}"><div class=who>{escape(who)} {at:%H:%M}</div>'
        f"{words}{below}</div>"
    )
