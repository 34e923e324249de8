"""The link between host and device: frames, CBOR profile, methods, errors. One source for both."""
