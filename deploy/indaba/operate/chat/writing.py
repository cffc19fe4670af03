"""What is typed in the terminal as a message: who is named with @ is mentioned, as apps do it."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from indaba.operate.chat.timeline import name_of

_NAMED = re.compile(r"(?<!\S)@(?P<name>[\w.=/+-]+)(?![\w:])")


def message(words: str, there: Iterable[str]) -> dict[str, Any]:
    """The content of a text message; `there` are the accounts that can be named."""
    accounts = {name_of(account): account for account in there}
    named = [found for found in _NAMED.finditer(words) if found["name"] in accounts]
    content: dict[str, Any] = {"msgtype": "m.text", "body": words, "m.mentions": {}}
    if not named:
        return content
    parts, at = [], 0
    for found in named:
        link = f"https://matrix.to/#/{accounts[found['name']]}"
        parts += [escape(words[at : found.start()]), f'<a href="{link}">{escape(found[0])}</a>']
        at = found.end()
    content["m.mentions"] = {"user_ids": list(dict.fromkeys(accounts[f["name"]] for f in named))}
    content["format"] = "org.matrix.custom.html"
    content["formatted_body"] = "".join([*parts, escape(words[at:])])
    return content
