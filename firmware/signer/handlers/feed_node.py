"""Takes the next transaction of the own branch, root first."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "feed_node", params)
