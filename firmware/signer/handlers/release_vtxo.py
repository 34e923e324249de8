"""Takes a coin back from a batch that never confirmed."""

from signer import exits


def handle(device, params: dict) -> dict:
    device.require_operator()
    exits.release(device, params["outpoint"])
    return {}
