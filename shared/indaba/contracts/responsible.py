"""Who answers for what is kept: said before anybody agrees to it."""

from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply

REGULATOR = "the Information Regulator (South Africa), https://inforegulator.org.za"


class ResponsibleShown(Reply):
    """Who is responsible, how to reach them, who watches over them, and where data is kept.

    Empty where the operators have not said.
    """

    party: str = ""
    contact: str = ""
    regulator: str = REGULATOR
    place: str = ""

    @property
    def is_named(self) -> bool:
        """Whether everything is said that people have to know before they agree."""
        return all((self.party, self.contact, self.regulator, self.place))


class ShowResponsible(
    Question[ResponsibleShown], wire="membership.show-responsible.v1", asked_by=Standing.ANYBODY
):
    """Who answers for what is kept here, as the operators have said."""
