"""How often the collector runs. On CPython, where this does not matter, nothing happens.

Garbage between long-lived objects is what breaks a small heap: free bytes then lie in pieces too
short for the next buffer. Collecting early while modules are loaded keeps them side by side.
"""

import gc

_LOADING_BYTES = 4 * 1024
_WORKING_BYTES = 32 * 1024


def _set(threshold: int) -> None:
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(threshold)


def loading() -> None:
    """Before modules are imported."""
    _set(_LOADING_BYTES)


def working() -> None:
    """After they are."""
    _set(_WORKING_BYTES)
