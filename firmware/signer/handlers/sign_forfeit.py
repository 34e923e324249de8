"""Gives up one old VTXO for what the batch brings."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "sign_forfeit", params)
