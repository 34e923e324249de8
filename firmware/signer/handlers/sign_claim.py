"""Signs the last step of an exit: the coin goes to an own on-chain key."""

from signer import exits


def handle(device, params: dict) -> dict:
    device.require_operator()
    return {"signature": exits.sign_claim(device, params)}
