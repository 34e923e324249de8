"""Ends a batch whose signatures were given; names the new VTXOs."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "close_batch", params)
