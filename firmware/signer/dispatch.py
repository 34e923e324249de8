"""From a checked request to the one handler that serves it."""

import gc
import sys

from signer import memory

_PACKAGE = "signer.handlers."
# What a device that has stopped signing still answers.
_ALWAYS = ("hello", "get_status")
# Large, seldom needed, and without objects that outlive the command.
_DISPOSABLE = (
    ("signer", "new_wallet"),
    ("signer", "word_entry"),
    ("signer", "entropy"),
    ("signer", "bip39"),
    ("signer", "wordlist"),
    ("signer", "exits"),
    ("arkcore", "claim"),
    ("arkcore", "cpfp"),
)


def run(device, name: str, params: dict) -> dict:
    """Imports `signer/handlers/<name>.py`, calls its `handle(device, params)`, unloads it again.

    `name` comes from the method table, never from the host. The result is a dict keyed by the
    field names of the table. Raises StorageError with the device's fault, if it has one.
    """
    if name not in _ALWAYS:
        device.require_healthy()
    try:
        memory.loading()
        module = __import__(_PACKAGE + name, None, None, ("handle",))
        memory.working()
        return module.handle(device, params)
    finally:
        _unload("signer.handlers", name)
        for package, used in _DISPOSABLE:
            _unload(package, used)
        gc.collect()


def _unload(package_name: str, name: str) -> None:
    sys.modules.pop(package_name + "." + name, None)
    package = sys.modules.get(package_name)
    if package is not None and hasattr(package, name):
        delattr(package, name)
