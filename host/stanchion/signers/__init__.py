"""Signers behind one port: keys in memory, or the device."""
