"""What the device holds and how much memory it has."""

import gc

from wire import terms

_PROBE_LIMIT = 1 << 24
_PROBE_STEP = 1024


def largest_free() -> int:
    """Size of the largest block that can be allocated now, to within one kB."""
    low, high = 0, min(gc.mem_free(), _PROBE_LIMIT)
    while high - low > _PROBE_STEP:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
        gc.collect()
    return low


def handle(device, params: dict) -> dict:
    result = {
        "state": device.state,
        "session_state": terms.SESSION_NONE,
        "vtxo_count": 0,
        "heap_free": 0,
        "heap_used": 0,
        "largest_free": 0,
    }
    if device.keystore.is_open:
        result["network"] = device.keystore.network
        result["fingerprint"] = device.keystore.fingerprint
    if device.ledger is not None:
        result["vtxo_count"] = device.ledger.count()
    if device.operator is not None:
        result["operator_id"] = device.operator.operator_id
    if device.batch is not None:
        result["session_state"] = device.batch.session_state
        result["session"] = device.batch.id
    gc.collect()
    if hasattr(gc, "mem_free"):
        result["heap_free"] = gc.mem_free()
        result["heap_used"] = gc.mem_alloc()
        result["largest_free"] = largest_free()
    return result
