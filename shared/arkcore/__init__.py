"""Ark and Bitcoin rules, written once for CPython and MicroPython. Imports only `secp256k1`."""
