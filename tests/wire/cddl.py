"""One rule of the CDDL file as a validator."""

from functools import cache
from pathlib import Path

import pycddl

TEXT = (Path(__file__).resolve().parents[2] / "shared" / "wire" / "stanchion.cddl").read_text()


@cache
def _schema(rule: str) -> pycddl.Schema:
    return pycddl.Schema(f"start = {rule}\n{TEXT}")


def allows(rule: str, encoded: bytes) -> bool:
    """Whether `encoded` (CBOR) is what `rule` describes."""
    try:
        _schema(rule).validate_cbor(encoded)
    except pycddl.ValidationError:
        return False
    return True
