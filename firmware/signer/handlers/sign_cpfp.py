"""Signs the child that pays for one package of an exit."""

from signer import exits


def handle(device, params: dict) -> dict:
    device.require_operator()
    return {"signatures": exits.sign_cpfp(device, params)}
