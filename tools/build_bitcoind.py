"""Builds bitcoind and bitcoin-cli, which tests/node needs, from py-bitcoinkernel's sdist.

    python -m tools.build_bitcoind          build once, print the directory with the two programs

The version and its hash are the ones of requirements/dev.txt. The result is kept outside the tree,
in ${XDG_CACHE_HOME:-~/.cache}/stanchion/. Exit code 3: build tools are missing, the message says
which (on Debian: cmake g++ libboost-dev libevent-dev libsqlite3-dev).
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "dev.txt"
PACKAGE = "py-bitcoinkernel"
PROGRAMS = ("bitcoind", "bitcoin-cli")
TOOLS_MISSING = 3
NICENESS = 10
HEADERS = {
    "libboost-dev": "boost/multi_index_container.hpp",
    "libevent-dev": "event2/event.h",
    "libsqlite3-dev": "sqlite3.h",
}
OPTIONS = {
    "CMAKE_BUILD_TYPE": "None",
    "CMAKE_CXX_FLAGS": "-O1",
    "BUILD_DAEMON": "ON",
    "BUILD_CLI": "ON",
    "BUILD_TESTS": "OFF",
    "BUILD_BENCH": "OFF",
    "BUILD_FUZZ_BINARY": "OFF",
    "BUILD_GUI": "OFF",
    "BUILD_TX": "OFF",
    "BUILD_UTIL": "OFF",
    "ENABLE_WALLET": "OFF",
    "ENABLE_IPC": "OFF",
    "WITH_ZMQ": "OFF",
    "WITH_USDT": "OFF",
    "INSTALL_MAN": "OFF",
}


class BuildToolsMissing(Exception):
    """Says which packages have to be installed first."""


def locked_requirement() -> str:
    """The lines of requirements/dev.txt for the package: version and hashes.

    Raises RuntimeError when the package is not locked.
    """
    found: list[str] = []
    for line in LOCK.read_text().splitlines():
        if line.startswith(f"{PACKAGE}=="):
            found = [line]
        elif found and found[-1].endswith("\\"):
            found.append(line)
    if not found:
        raise RuntimeError(f"{PACKAGE} is not locked in {LOCK.name}")
    return "\n".join(found) + "\n"


def cache_directory() -> Path:
    """Where this version's programs are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    version = locked_requirement().split()[0].partition("==")[2]
    return Path(base) / "stanchion" / f"bitcoind-{version}"


def built() -> Path | None:
    """The directory with both programs, None while they are not built."""
    directory = cache_directory()
    return directory if all((directory / name).exists() for name in PROGRAMS) else None


def missing_tools() -> list[str]:
    """Debian packages that the build lacks on this machine."""
    missing = [tool for tool in ("cmake", "g++") if shutil.which(tool) is None]
    if not missing:
        missing += [package for package, header in HEADERS.items() if not has_header(header)]
    return missing


def has_header(header: str) -> bool:
    command = ["g++", "-E", "-x", "c++", "-"]
    source = f"#include <{header}>\n"
    ran = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    return ran.returncode == 0


def download_source(folder: Path) -> Path:
    """Downloads the sdist with its hash checked and unpacks Bitcoin Core's source from it."""
    requirement = folder / "requirement.txt"
    requirement.write_text(locked_requirement())
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--require-hashes", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    subprocess.run([*pip, *options, "-r", str(requirement)], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "unpacked", filter="data")
    (daemon,) = (folder / "unpacked").glob("*/**/src/bitcoind.cpp")
    return daemon.parents[1]


def compile_programs(source: Path, build: Path) -> None:
    """Two cores, low priority: about six minutes at -O1."""
    nice = ["nice", "-n", str(NICENESS)]
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    settings = [f"-D{name}={value}" for name, value in OPTIONS.items()]
    configure = ["cmake", "-S", str(source), "-B", str(build), *generator, *settings]
    jobs = ["-j", str(min(os.cpu_count() or 1, 2))]
    for command in (configure, ["cmake", "--build", str(build), *jobs, "--target", *PROGRAMS]):
        subprocess.run([*nice, *command], check=True, stdout=sys.stderr)


def ensure_built() -> Path:
    """The directory with bitcoind and bitcoin-cli; builds them if they are not there.

    Raises BuildToolsMissing, subprocess.CalledProcessError.
    """
    if (ready := built()) is not None:
        return ready
    if missing := missing_tools():
        raise BuildToolsMissing("to build bitcoind, install: " + " ".join(missing))
    target = cache_directory()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        compile_programs(download_source(folder), folder / "build")
        finished = folder / "finished"
        finished.mkdir()
        for program in PROGRAMS:
            shutil.copy2(folder / "build" / "bin" / program, finished / program)
        finished.rename(target)
    return target


def main() -> int:
    try:
        print(ensure_built())
    except BuildToolsMissing as error:
        print(error, file=sys.stderr)
        return TOOLS_MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main())
