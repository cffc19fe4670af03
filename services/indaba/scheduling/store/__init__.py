"""The only SQL of scheduling."""

from indaba.scheduling.store.actions import Actions
from indaba.scheduling.store.agenda import Agendas
from indaba.scheduling.store.choices import ChoicesMade
from indaba.scheduling.store.long_over import LongOver
from indaba.scheduling.store.meetings import KeptInstant, Meetings
from indaba.scheduling.store.named import Named
from indaba.scheduling.store.record import Records, StoredDocument
from indaba.scheduling.store.series import AllSeries
from indaba.scheduling.store.traces import Traces, counted_again
from indaba.scheduling.store.votes import Votes
from indaba.scheduling.store.weeks import Weeks

__all__ = [
    "Actions",
    "Agendas",
    "AllSeries",
    "ChoicesMade",
    "KeptInstant",
    "LongOver",
    "Meetings",
    "Named",
    "Records",
    "StoredDocument",
    "Traces",
    "Votes",
    "Weeks",
    "counted_again",
]
