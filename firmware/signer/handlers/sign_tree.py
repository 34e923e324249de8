"""Gives the partial signatures for the own branch, once."""

from signer.batch import machine


def handle(device, params: dict) -> dict:
    return machine.run(device, "sign_tree", params)
