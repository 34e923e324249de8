"""Takes cosigner keys of the next tree transaction."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "feed_cosigners", params)
