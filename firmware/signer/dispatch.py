"""From a checked request to the one handler that serves it."""

import gc
import sys

_PACKAGE = "signer.handlers."
# What a device that has stopped signing still answers.
_ALWAYS = ("hello", "get_status")


def run(device, name: str, params: dict) -> dict:
    """Imports `signer/handlers/<name>.py`, calls its `handle(device, params)`, unloads it again.

    `name` comes from the method table, never from the host. The result is a dict keyed by the
    field names of the table. Raises StorageError with the device's fault, if it has one.
    """
    if name not in _ALWAYS:
        device.require_healthy()
    module_name = _PACKAGE + name
    try:
        module = __import__(module_name, None, None, ("handle",))
        return module.handle(device, params)
    finally:
        _unload(module_name, name)
        gc.collect()


def _unload(module_name: str, name: str) -> None:
    sys.modules.pop(module_name, None)
    package = sys.modules.get(_PACKAGE[:-1])
    if package is not None and hasattr(package, name):
        delattr(package, name)
