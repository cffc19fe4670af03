"""What the community and its people are called, so that copies can be called otherwise."""

from indaba.contracts.membership import Place, Platform

OWN = "c0000000"
"""Stands in every account and room of the community; its copies have a number of their own."""

ZONE = "Africa/Johannesburg"
ROOM = f"!room-{OWN}:example.org"
SPARE = Place(platform=Platform.MATRIX, room=f"!spare-{OWN}:example.org")
CALENDAR = f"https://{OWN}.example.org/dates.ics"


def account(number: int) -> str:
    return f"@m{number}-{OWN}:example.org"
