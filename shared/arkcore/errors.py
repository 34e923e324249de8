"""The one error family of arkcore."""


class ArkError(Exception):
    """A rule was broken. `tag` is stable and listed in `arkcore.tags`; `detail` is for people.

    The detail never holds a secret: it may be shown, logged and sent to the host.
    """

    def __init__(self, tag: str, detail: str = "") -> None:
        super().__init__(tag, detail)
        self.tag = tag
        self.detail = detail

    def __str__(self) -> str:
        return self.tag + (": " + self.detail if self.detail else "")


class EncodingError(ArkError):
    """Bytes that are not what their format demands (script, transaction, address, PSBT, note)."""


class ScriptError(ArkError):
    """A script or tap tree that no Ark closure allows."""


class TreeError(ArkError):
    """A VTXO or connector tree that would not protect its owner."""


class SigningError(ArkError):
    """A nonce, partial signature or final signature that must not be made or accepted."""
