"""What this firmware calls itself."""

FIRMWARE = "0.1.0"


def build() -> bytes:
    """The bundle's hash (32 bytes); zeros when the sources run without a bundle."""
    try:
        from signer.build_id import BUILD
    except ImportError:
        return bytes(32)
    return bytes(BUILD)
