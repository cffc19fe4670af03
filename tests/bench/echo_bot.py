"""The bare anchor: a matrix-nio loop that echoes. Started by `measure.py`."""

import asyncio
import sys

from nio import AsyncClient, AsyncClientConfig, MatrixRoom, RoomMessageText


async def live(homeserver: str, user: str, token: str) -> None:
    client = AsyncClient(homeserver, user, config=AsyncClientConfig(encryption_enabled=False))
    client.access_token, client.user_id = token, user

    async def echo(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != user and event.body.startswith(("!echo", "!cop")):
            answer = {
                "msgtype": "m.notice",
                "body": "echo",
                "m.relates_to": {"m.in_reply_to": {"event_id": event.event_id}},
            }
            await client.room_send(room.room_id, "m.room.message", answer)

    await client.sync(timeout=0, full_state=True)
    client.add_event_callback(echo, RoomMessageText)
    await client.sync_forever(timeout=30000)


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:]))
