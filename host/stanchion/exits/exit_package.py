"""The exit package: one file with all that is needed to leave (docs/exit-package.md).

It holds public data only: who reads it learns what the owner has, and can take nothing.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arkcore.codec import outpoint_text
from arkcore.hashes import sha256

from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.bark_plan import BarkPlan
from stanchion.exits.errors import ExitError
from stanchion.exits.plan import ExitPlan

FORMAT = "stanchion-exit-package"
VERSION = 1
MAX_BYTES = 64 * 1024 * 1024
MAX_VTXOS = 10_000
_FIELDS = {"format", "version", "segwit_prefix", "vtxos", "digest"}
_PREFIXES = ("bc", "tb", "bcrt")


class BadExitPackage(ValueError):
    """The file is not an exit package, or not the one that was written."""


@dataclass(frozen=True)
class ExitPackage:
    """`segwit_prefix` tells the network: `bc`, `tb` or `bcrt`."""

    segwit_prefix: str
    plans: tuple[ExitPlan, ...]


def read_plan(record: dict[str, Any]) -> ExitPlan:
    """The plan of either family. Raises VtxoScriptPubKeyInvalid, BadExitPackage."""
    kind = record.get("type") if isinstance(record, dict) else None
    if kind == "arkade":
        return ArkadePlan.from_json(record)
    if kind == "bark":
        return BarkPlan.from_json(record)
    raise BadExitPackage(f"unknown kind of VTXO {kind!r}")


def _digest(record: dict[str, Any]) -> str:
    """SHA-256 of all other fields as JSON without spaces, keys sorted."""
    content = {name: value for name, value in record.items() if name != "digest"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    digest: str = sha256(text.encode()).hex()
    return digest


def encode_package(segwit_prefix: str, plans: Iterable[dict[str, Any]]) -> str:
    """The file's text; `plans` are the records of `ExitPlan.to_json`."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "segwit_prefix": segwit_prefix,
        "vtxos": list(plans),
    }
    return json.dumps({**record, "digest": _digest(record)}, indent=1) + "\n"


def decode_package(text: str) -> ExitPackage:
    """Reads and checks the whole package: each VTXO can be carried to its end.

    Raises BadExitPackage. A package that could not be used shall show it on the day it is written,
    not on the day it is needed.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadExitPackage(f"not JSON: {error}") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise BadExitPackage("not an exit package")
    if record.get("version") != VERSION:
        raise BadExitPackage(f"version {record.get('version')!r} is not known here")
    if set(record) != _FIELDS or record["segwit_prefix"] not in _PREFIXES:
        raise BadExitPackage("fields are missing or unknown")
    # A file that was cut or mistyped would fail halfway, with fees lost.
    if record["digest"] != _digest(record):
        raise BadExitPackage("the digest does not fit; the file was changed or damaged")
    return ExitPackage(record["segwit_prefix"], _plans(record["vtxos"]))


def _plans(records: Any) -> tuple[ExitPlan, ...]:
    if not isinstance(records, list) or not 0 < len(records) <= MAX_VTXOS:
        raise BadExitPackage("no VTXOs, or too many")
    plans: dict[bytes, ExitPlan] = {}
    for number, one in enumerate(records):
        try:
            plan = read_plan(one)
            plan.check()
        except ExitError as error:
            raise BadExitPackage(f"VTXO {number}: {error}") from error
        if plan.vtxo_id in plans:
            raise BadExitPackage(f"{outpoint_text(plan.vtxo_id)} is in it twice")
        plans[plan.vtxo_id] = plan
    return tuple(plans.values())


def write_package(path: Path, text: str) -> None:
    """Writes the file as a whole or not at all, flushed to the disk. Raises OSError."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_package(path: Path) -> ExitPackage:
    """Raises BadExitPackage, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise BadExitPackage("the file is too large")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadExitPackage("not UTF-8") from error
    return decode_package(text)
