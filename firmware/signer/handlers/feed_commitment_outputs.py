"""Takes the next outputs of the commitment transaction."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "feed_commitment_outputs", params)
