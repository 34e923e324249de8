"""Takes the final signatures of the own branch."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "feed_tree_signatures", params)
