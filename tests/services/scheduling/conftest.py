import pytest


@pytest.fixture
def running() -> tuple[str, ...]:
    return ("membership", "scheduling")
