"""Announces a batch: its expiry and the size of its commitment transaction."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "open_batch", params)
