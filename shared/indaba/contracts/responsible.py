"""Who is responsible for the data that is stored. People are told before they agree."""

from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply

REGULATOR = "the Information Regulator (South Africa), https://inforegulator.org.za"


class ResponsibleShown(Reply):
    """Who is responsible, how to reach them, who supervises them, and where data is stored.

    Fields are empty if the operators have not set them.
    """

    party: str = ""
    contact: str = ""
    regulator: str = REGULATOR
    place: str = ""

    @property
    def is_named(self) -> bool:
        """Whether everything is set that people have to know before they agree."""
        return all((self.party, self.contact, self.regulator, self.place))


class ShowResponsible(
    Question[ResponsibleShown], wire="membership.show-responsible.v1", asked_by=Standing.ANYBODY
):
    """Show who is responsible for the data stored here, as set by the operators."""
