"""The SDK's wallet in a Node process of its own, installed from npm at the locked version."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.micropython import ROOT

SOURCES = Path(__file__).parent
FOLDER = ROOT / "build" / "interop"
_FILES = ("package.json", "package-lock.json", "wallet.mjs", "event_source.mjs")
_INSTALL_SECONDS = 300
_END_SECONDS = 10


class InteropFailed(Exception):
    """Something did not come out as it has to."""


def install() -> str:
    """Puts wallet and SDK into `build/interop`; the SDK's version."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lock = FOLDER / "package-lock.json"
    fresh = lock.exists() and lock.read_bytes() == (SOURCES / lock.name).read_bytes()
    for name in _FILES:
        shutil.copy(SOURCES / name, FOLDER / name)
    package = FOLDER / "node_modules/@arkade-os/sdk/package.json"
    if not fresh or not package.exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=FOLDER, check=True, timeout=_INSTALL_SECONDS)
    return str(json.loads(package.read_text())["version"])


class SdkWallet:
    """A wallet that obeys commands; what it says besides is in `log_path`."""

    def __init__(self, operator_url: str, name: str) -> None:
        self.log_path = FOLDER / f"{name}.log"
        arguments = [operator_url, f"{operator_url}/esplora", secrets.token_hex(32)]
        self._log = self.log_path.open("w")
        self._node = subprocess.Popen(
            ["node", "wallet.mjs", *arguments],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def __enter__(self) -> Self:
        self._answer("start")
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._node.stdin is not None
        self._node.stdin.close()
        try:
            self._node.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._node.kill()
        self._log.close()

    def call(self, command: str, **parameters: Any) -> Any:
        """The command's result. Raises InteropFailed with the wallet's own message."""
        assert self._node.stdin is not None
        self._node.stdin.write(json.dumps({"command": command, **parameters}) + "\n")
        self._node.stdin.flush()
        return self._answer(command)

    def _answer(self, command: str) -> Any:
        assert self._node.stdout is not None
        line = self._node.stdout.readline()
        if not line:
            raise InteropFailed(f"{command}: the wallet ended, see {self.log_path}")
        answer = json.loads(line)
        if "error" in answer:
            raise InteropFailed(f"{command}: {answer['error']}")
        return answer["result"]

    def begin(self, command: str, **parameters: Any) -> Callable[[], Any]:
        """Starts a command; the returned function waits for its result."""
        results: list[Any] = []

        def work() -> None:
            try:
                results.append(self.call(command, **parameters))
            except InteropFailed as error:
                results.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()

        def wait() -> Any:
            thread.join()
            if isinstance(results[0], InteropFailed):
                raise results[0]
            return results[0]

        return wait
