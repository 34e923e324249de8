"""The vectors that come with the project hold, on each interpreter (see README.md here).

Vectors: tests/vectors, made by running other implementations; they are never edited.
"""

import json
from pathlib import Path

import pytest

from tests.conformance.__main__ import CPYTHON, MICROPYTHON, NOTHING_RUN, examine, main
from tests.conformance.formats import OUT_OF_SCOPE, recognise
from tests.micropython import ROOT

VECTORS = ROOT / "tests" / "vectors"
FILES = sorted([*(VECTORS / "tssdk").glob("*.json"), *(VECTORS / "bark").glob("vtxo_*.json")])


@pytest.mark.slow
@pytest.mark.parametrize("interpreter", [CPYTHON, MICROPYTHON])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vectors_hold(path: Path, interpreter: str) -> None:
    report = examine(path, [interpreter])
    assert report["ok"], report
    assert report["runs"][interpreter]["total"] > 0


def test_a_changed_vector_is_noticed(tmp_path: Path) -> None:
    document = json.loads((ROOT / "tests" / "vectors" / "tssdk" / "scripts.json").read_text())
    case = next(one for one in document["cases"] if one["kind"] == "boarding")
    case["out"]["outputKey"] = "00" * 32
    document["cases"] = [case]
    path = tmp_path / "other-name.json"
    path.write_text(json.dumps(document))
    report = examine(path, [CPYTHON, MICROPYTHON])
    assert not report["ok"]
    for one in report["runs"].values():
        assert one["passed"] == 0 and "output key" in one["failures"][0]["reason"]


def test_a_broken_off_run_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "scripts.json"
    path.write_text('{"generator": "@arkade-os/sdk", "cases": [{"kind": "boarding"}]}')
    report = examine(path, [CPYTHON, MICROPYTHON])
    assert not report["ok"] and all(one["failures"] for one in report["runs"].values())


def test_a_known_format_of_unknown_kind_fails(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    path.write_text('{"generator": "@arkade-os/sdk", "cases": [{"id": "a", "kind": "teleport"}]}')
    assert not examine(path, [CPYTHON])["ok"]


def test_foreign_json_is_listed_and_does_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "foreign.json"
    path.write_text('[{"a": 1}]')
    assert examine(path, [CPYTHON]) == {
        "format": None,
        "status": "unknown JSON, not run",
        "ok": True,
    }
    for unreadable in ("no JSON at all", "[" * 100_000):
        path.write_text(unreadable)
        assert not examine(path, [CPYTHON])["ok"]


def test_formats_are_known_by_content_whatever_the_file_is_called() -> None:
    for document, name in [
        ([{"name": "n", "scripts": [], "taprootKey": ""}], "vtxo scripts"),
        ([{"name": "n", "message": {}, "expected": ""}], "intent messages"),
        ({"valid": [{"inputs": [], "outputs": [], "message": ""}]}, "intent proofs"),
        ({"invalid": [{"proof": "", "message": ""}]}, "intent verification"),
        ({"valid": [{"preimageHash": "", "refundLocktime": 1}]}, "vhtlc"),
        ({"note": {"valid": []}}, "addresses and notes"),
        ({"keyAggregation": {}}, "musig2"),
        ({"cases": [{"program": "", "context": {}}]}, "batch triggers"),
        ({"vtxos": [{"v2_hex": "", "exit_txids": []}]}, "bark VTXOs"),
        ({"attestations": []}, "bark rounds and mailboxes"),
    ]:
        found = recognise(document, "any.json")
        assert found is not None and found.name == name
    found = recognise({}, "other__asset_group_fixtures.json")
    assert found is not None and found.status == OUT_OF_SCOPE


def test_cases_of_a_known_kind_are_run_whoever_made_the_file(tmp_path: Path) -> None:
    document = json.loads((ROOT / "tests" / "vectors" / "tssdk" / "scripts.json").read_text())
    path = tmp_path / "scripts.json"
    path.write_text(json.dumps({"cases": document["cases"][:1]}))
    assert examine(path, [CPYTHON])["runs"][CPYTHON]["passed"] == 1


def test_a_file_without_cases_says_so(tmp_path: Path) -> None:
    path = tmp_path / "scripts.json"
    path.write_text('{"generator": "@arkade-os/sdk", "cases": []}')
    [failure] = examine(path, [CPYTHON])["runs"][CPYTHON]["failures"]
    assert failure["reason"] == "the file holds no cases"


def test_a_case_that_is_no_object_fails_and_hides_no_other(tmp_path: Path) -> None:
    document = json.loads((ROOT / "tests" / "vectors" / "tssdk" / "scripts.json").read_text())
    path = tmp_path / "scripts.json"
    for cases in ([document["cases"][0], "text"], ["text", 5]):
        path.write_text(json.dumps({**document, "cases": cases}))
        assert not examine(path, [CPYTHON])["ok"]


def run_main(monkeypatch: pytest.MonkeyPatch, path: Path) -> int:
    monkeypatch.setattr("sys.argv", ["conformance", str(path), "--interpreter", CPYTHON])
    return main()


def test_running_nothing_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, tmp_path / "missing") == NOTHING_RUN
    assert "no such folder" in capsys.readouterr().err
    assert run_main(monkeypatch, tmp_path) == NOTHING_RUN
    assert "nothing was run" in capsys.readouterr().err
    (tmp_path / "foreign.json").write_text("[1, 2]")
    assert run_main(monkeypatch, tmp_path) == NOTHING_RUN
    assert "NOTHING WAS RUN" in capsys.readouterr().out


def test_one_file_can_be_named_instead_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads((ROOT / "tests" / "vectors" / "tssdk" / "scripts.json").read_text())
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"cases": document["cases"][:1]}))
    assert run_main(monkeypatch, path) == 0
