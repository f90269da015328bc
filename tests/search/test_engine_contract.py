import pytest

from tests.search.contract import ENGINES, EngineContract


@pytest.fixture(params=ENGINES, scope="session", ids=lambda factory: factory.name)
def factory(request):
    return request.param


class TestEngineContract(EngineContract):
    """Every engine keeps the contract."""
