"""Begins a unilateral exit: from here on the VTXO can enter no batch."""

from signer import exits


def handle(device, params: dict) -> dict:
    device.require_operator()
    exits.start_exit(device, params["outpoint"])
    return {}
