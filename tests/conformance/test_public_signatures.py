"""What users call, and the values behind published figures, change only where that is meant."""

import difflib

from public_signatures import FILE, text


def test_names_parameters_defaults_and_recipes_are_those_on_record():
    recorded = FILE.read_text(encoding="utf-8").splitlines()
    changed = [x for x in difflib.ndiff(recorded, text().splitlines()) if x[0] in "+-"]
    assert not changed, "if this is meant, run python tests/conformance/public_signatures.py"
