"""Takes the path from the commitment transaction to the connector of one input."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "feed_connector", params)
