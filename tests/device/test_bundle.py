"""The bundle is what the sources say, byte for byte, and the manifest tells all of it.

Invariant: anybody can rebuild the firmware and compare its hash with what a device reports.
"""

import hashlib
from pathlib import Path

import pytest
from stanchion.bundle import BundleError, build_bundle, project_root, read_manifest
from stanchion.bundle.manifest import build_hash
from stanchion.bundle.sources import board_sources

ROOT = project_root()
HOST_ONLY = ("arkcore/tags.py", "arkcore/psbt.py", "wire/sentences.py", "wire/meanings.py")
SOURCES = {
    "firmware/main.py": "import board\nfrom one import used\n",
    "shared/one/__init__.py": "",
    "shared/one/used.py": "import two\n",
    "shared/one/unused.py": "import three\n",
    "shared/two.py": "VALUE = 2\n",
    "shared/three.py": "VALUE = 3\n",
    "boards/toy/board.py": "NAME = 'toy'\n",
    "boards/toy/bundle.json": '{"march": "x64", "small_int_bits": 31}',
    "firmware/fast.py": "import micropython\n\n\n@micropython.asm_thumb\ndef f():\n    nop()\n",
}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A project of a few lines."""
    for name, content in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_two_builds_are_equal_byte_for_byte(toy: Path) -> None:
    first = build_bundle(toy, "toy", toy / "out" / "first")
    second = build_bundle(toy, "toy", toy / "elsewhere" / "second")
    assert first == second
    for name in first.files:
        assert (toy / "out/first" / name).read_bytes() == (
            toy / "elsewhere/second" / name
        ).read_bytes()


def test_manifest_lists_every_file_with_its_hash_and_nothing_else(toy: Path) -> None:
    folder = toy / "out"
    build_bundle(toy, "toy", folder)
    manifest = read_manifest(folder)
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert present == set(manifest.files) | {"manifest.json"}
    for name, (size, digest) in manifest.files.items():
        data = (folder / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (size, digest)
    listed = {name: entry for name, entry in manifest.files.items() if "build_id" not in name}
    assert manifest.build == build_hash("toy", listed)


def test_only_what_the_device_imports_is_in_the_bundle(toy: Path) -> None:
    manifest = build_bundle(toy, "toy", toy / "out")
    names = {"main", "board", "one/__init__", "one/used", "two", "signer/build_id"}
    assert set(manifest.files) == {f"{name}.mpy" for name in names}


def test_any_changed_byte_of_a_source_changes_the_build(toy: Path) -> None:
    before = build_bundle(toy, "toy", toy / "out")
    (toy / "shared/two.py").write_text("VALUE = 4\n")
    after = build_bundle(toy, "toy", toy / "out")
    assert after.build != before.build and after.sources != before.sources


def test_a_source_that_does_not_compile_is_named_and_the_old_bundle_stays(toy: Path) -> None:
    before = build_bundle(toy, "toy", toy / "out")
    for broken in ("VALUE = = 4\n", "match VALUE:\n    case 1:\n        pass\n"):
        (toy / "shared/two.py").write_text(broken)
        with pytest.raises(BundleError, match=r"two\.py"):
            build_bundle(toy, "toy", toy / "out")
    assert read_manifest(toy / "out") == before


def test_an_unknown_board_is_refused_and_the_known_ones_are_named(toy: Path) -> None:
    with pytest.raises(BundleError, match="no board named other; there are: toy"):
        build_bundle(toy, "other", toy / "out")


def test_a_folder_that_holds_other_things_is_never_replaced(toy: Path) -> None:
    keep = toy / "out" / "thesis.txt"
    keep.parent.mkdir()
    keep.write_text("years of work")
    for target in (keep.parent, keep):
        with pytest.raises(BundleError, match="left as it is"):
            build_bundle(toy, "toy", target)
    assert keep.read_text() == "years of work"
    keep.unlink()
    assert build_bundle(toy, "toy", keep.parent) == read_manifest(keep.parent)


def test_a_place_that_cannot_be_written_is_named_without_a_traceback(toy: Path) -> None:
    with pytest.raises(BundleError, match="one.txt"):
        (toy / "one.txt").write_text("a file")
        build_bundle(toy, "toy", toy / "one.txt" / "out")


def test_the_real_bundle_has_every_handler_and_no_host_module(bundle: Path) -> None:
    files = set(read_manifest(bundle).files)
    handlers = (ROOT / "firmware/signer/handlers").glob("*.py")
    assert {f"signer/handlers/{path.stem}.mpy" for path in handlers} <= files
    assert not {name.replace(".py", ".mpy") for name in HOST_ONLY} & files
    assert all(source.is_file() for source in board_sources(ROOT, "emulator").values())
