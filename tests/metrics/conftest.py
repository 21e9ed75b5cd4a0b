import pytest
from linear_gaussian import LinearGaussian


@pytest.fixture(scope="session")
def model():
    """Two dimensions that carry information, and one that hardly does."""
    return LinearGaussian(norms=[2.0, 1.0, 0.05])
