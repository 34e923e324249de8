"""Takes the next inputs of the commitment transaction."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "feed_commitment_inputs", params)
