import pytest

from services.membership.village import Village
from services.town import Town


@pytest.fixture(scope="module")
def running() -> tuple[str, ...]:
    return ("membership", "scheduling")


@pytest.fixture
def village(town: Town) -> Village:
    return Village(town)
