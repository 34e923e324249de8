"""Gives the public nonces for the own branch."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "get_nonces", params)
