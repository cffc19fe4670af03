"""The only SQL of scheduling."""

from indaba.scheduling.store.meetings import Meetings

__all__ = ["Meetings"]
