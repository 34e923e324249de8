"""Ends a batch in which nothing was given away."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "abort_batch", params)
