"""Signs the message by which an operator drops an intent."""

from signer.batch import opening


def handle(device, params: dict) -> dict:
    device.require_operator()
    return opening.sign_deletion(device, params)
