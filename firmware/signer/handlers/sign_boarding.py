"""Gives one boarding output to the commitment transaction."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "sign_boarding", params)
