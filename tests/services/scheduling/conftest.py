import pytest


@pytest.fixture(scope="module")
def running() -> tuple[str, ...]:
    return ("membership", "scheduling")
