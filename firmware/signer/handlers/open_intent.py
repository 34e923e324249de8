"""Says what goes into a batch and what comes out; signs the proof of it."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "open_intent", params)
