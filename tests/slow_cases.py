"""Cases of one test that are run by default, and those that `-m slow` runs."""

import pytest


def mostly_slow(cases, quick):
    """The cases as parameters of a test; all but the `quick` ones are slow, and for people."""
    cases = list(cases)
    assert all(case in cases for case in quick), quick
    marks = pytest.mark.slow, pytest.mark.exhaustive
    return [
        pytest.param(case, id=str(case), marks=() if case in quick else marks) for case in cases
    ]
