"""MuSig2 (BIP-327): key aggregation with tweaks, nonces, partial signatures, aggregation.

Points are 33 bytes, scalars 32, public nonces 66 (two points), as BIP-327 writes them. All errors
are SigningError with a `musig-*` tag.
"""

import secp256k1

from arkcore.errors import SigningError
from arkcore.hashes import tagged_hash, tagged_hasher

_ZERO = bytes(32)
_ONE = bytes(31) + b"\x01"
_FIRST_HALF = 33
_KEYS_AT_ONCE = 16


def key_sort(pubkeys: "list[bytes]") -> "list[bytes]":
    """The keys in BIP-327 order (lexicographic)."""
    return sorted(pubkeys)


class KeyAgg:
    """An aggregate key: `point` (33 bytes) and tweaks, `gacc` (negated?), `tacc` (32 bytes)."""

    __slots__ = ("point", "gacc", "tacc", "_list_hash", "_second", "_members")

    def __init__(
        self,
        point: bytes,
        gacc: bool,
        tacc: bytes,
        list_hash: bytes,
        second: bytes,
        members: "list[bytes]",
    ) -> None:
        self.point = point
        self.gacc = gacc
        self.tacc = tacc
        self._list_hash = list_hash
        self._second = second
        self._members = members

    def xonly(self) -> bytes:
        """The key as BIP-340 knows it (32 bytes)."""
        return self.point[1:]

    def coefficient(self, pubkey: bytes) -> bytes:
        """Factor (32 bytes) of this cosigner in the sum. Raises `musig-not-a-cosigner`."""
        if pubkey not in self._members:
            raise SigningError("musig-not-a-cosigner")
        if not self._list_hash:
            return _ONE
        return _coefficient(self._list_hash, self._second, pubkey)

    def tweaked(self, point: bytes, gacc: bool, tacc: bytes) -> "KeyAgg":
        return KeyAgg(point, gacc, tacc, self._list_hash, self._second, self._members)


def _coefficient(list_hash: bytes, second: bytes, pubkey: bytes) -> bytes:
    if pubkey == second:
        return _ONE
    return secp256k1.scalar_reduce(tagged_hash("KeyAgg coefficient", list_hash, pubkey))


def _check_pubkey(pubkey: bytes, index: int) -> None:
    try:
        secp256k1.parse_point(pubkey)
    except secp256k1.CurveError:
        raise SigningError("musig-pubkey", "signer %d" % index)


def key_agg(pubkeys: "list[bytes]") -> KeyAgg:
    """BIP-327 KeyAgg of 33-byte keys, in the order given. Raises `musig-pubkey`.

    Coefficients hash the whole list, so a cosigner who picks its key after the others cannot
    cancel theirs out of the sum.
    """
    if not pubkeys:
        raise SigningError("musig-pubkey", "no keys")
    hasher = tagged_hasher("KeyAgg list")
    second = b""
    for pubkey in pubkeys:
        hasher.update(pubkey)
        if not second and pubkey != pubkeys[0]:
            second = pubkey
    list_hash = hasher.digest()
    try:
        point = _weighted_sum(pubkeys, list_hash, second)
    except secp256k1.CurveError:
        point = secp256k1.INFINITY
    if point == secp256k1.INFINITY or secp256k1.INFINITY in pubkeys:
        # Only on this rare path is each key judged alone, to name the one at fault.
        for index, pubkey in enumerate(pubkeys):
            _check_pubkey(pubkey, index)
        raise SigningError("musig-pubkey", "sum is infinity")
    return KeyAgg(point, False, _ZERO, list_hash, second, list(pubkeys))


def _weighted_sum(pubkeys: "list[bytes]", list_hash: bytes, second: bytes) -> bytes:
    """Sum of all keys times their coefficients, a few at a time: a device's memory is small."""
    total = secp256k1.INFINITY
    for start in range(0, len(pubkeys), _KEYS_AT_ONCE):
        some = pubkeys[start : start + _KEYS_AT_ONCE]
        factors = [_coefficient(list_hash, second, pubkey) for pubkey in some]
        total = secp256k1.point_add(total, secp256k1.multi_mul(some, factors))
    return total


def plain_key(pubkey: bytes) -> KeyAgg:
    """One key used as it is, without a coefficient. Raises `musig-pubkey`."""
    _check_pubkey(pubkey, 0)
    return KeyAgg(pubkey, False, _ZERO, b"", b"", [pubkey])


def apply_tweak(agg: KeyAgg, tweak: bytes, is_xonly: bool) -> KeyAgg:
    """BIP-327 ApplyTweak; `tweak` is 32 bytes below n. Raises `musig-tweak`."""
    negate = is_xonly and agg.point[0] == 3
    point = secp256k1.point_negate(agg.point) if negate else agg.point
    try:
        tacc = secp256k1.scalar_negate(agg.tacc) if negate else agg.tacc
        tacc = secp256k1.scalar_add(tacc, tweak)
        return agg.tweaked(secp256k1.tweak_add(point, tweak), agg.gacc != negate, tacc)
    except secp256k1.CurveError:
        raise SigningError("musig-tweak", "out of range, or the result is infinity")


class SecNonce:
    """Two secret scalars that can be taken out once.

    A nonce used for two different messages gives the secret key to whoever sees both partial
    signatures; `take` wipes the scalars before anything is signed with them.
    """

    __slots__ = ("_scalars", "_pubkey", "_pubnonce")

    def __init__(self, scalars: bytearray, pubkey: bytes, pubnonce: bytes = b"") -> None:
        """`pubnonce` is the public half (66 bytes), computed when it is not given."""
        self._scalars = scalars
        self._pubkey = pubkey
        self._pubnonce = pubnonce

    @property
    def pubkey(self) -> bytes:
        """The key (33 bytes) that this nonce was made for."""
        return self._pubkey

    @property
    def pubnonce(self) -> bytes:
        """The public nonce (66 bytes), or empty if it was not given."""
        return self._pubnonce

    def take(self) -> "tuple[bytes, bytes]":
        """Both scalars (32 bytes each), once. Raises `musig-nonce-reuse`."""
        first, second = bytes(self._scalars[:32]), bytes(self._scalars[32:])
        self.wipe()
        if not secp256k1.scalar_is_valid(first) or not secp256k1.scalar_is_valid(second):
            raise SigningError("musig-nonce-reuse", "nonce was used or wiped")
        return first, second

    def wipe(self) -> None:
        for i in range(64):
            self._scalars[i] = 0


def _nonce_scalar(
    index: int, rand: bytes, pubkey: bytes, agg_xonly: bytes, msg: "bytes | None", extra: bytes
) -> bytes:
    hasher = tagged_hasher("MuSig/nonce")
    hasher.update(rand)
    hasher.update(bytes((len(pubkey),)) + pubkey)
    hasher.update(bytes((len(agg_xonly),)) + agg_xonly)
    if msg is None:
        hasher.update(b"\x00")
    else:
        hasher.update(b"\x01" + len(msg).to_bytes(8, "big"))
        hasher.update(msg)
    hasher.update(len(extra).to_bytes(4, "big") + extra + bytes((index,)))
    return secp256k1.scalar_reduce(hasher.digest())


def _make_nonce(
    rand: bytes, pubkey: bytes, agg_xonly: bytes, msg: "bytes | None", extra: bytes
) -> "tuple[SecNonce, bytes]":
    scalars = bytearray(64)
    scalars[:32] = _nonce_scalar(0, rand, pubkey, agg_xonly, msg, extra)
    scalars[32:] = _nonce_scalar(1, rand, pubkey, agg_xonly, msg, extra)
    public = _public(bytes(scalars[:32]), bytes(scalars[32:]))
    return SecNonce(scalars, pubkey, public), public


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes([a ^ b for a, b in zip(left, right)])


def nonce_gen(
    rand: bytes,
    pubkey: bytes,
    seckey: "bytes | None" = None,
    agg_xonly: "bytes | None" = None,
    msg: "bytes | None" = None,
    extra: "bytes | None" = None,
) -> "tuple[SecNonce, bytes]":
    """BIP-327 NonceGen from 32 fresh random bytes: (secret nonce, public nonce of 66 bytes).

    Every optional argument that is known should be given: it is hashed in, so that weak randomness
    alone does not repeat a nonce. Raises `musig-rand`, `musig-pubkey`.
    """
    if len(rand) != 32:
        raise SigningError("musig-rand", "32 bytes wanted")
    if len(pubkey) != 33:
        raise SigningError("musig-pubkey", "33 bytes wanted")
    if seckey is not None:
        rand = _xor(seckey, tagged_hash("MuSig/aux", rand))
    return _make_nonce(rand, pubkey, agg_xonly or b"", msg, extra or b"")


def nonce_agg(pubnonces: "list[bytes]") -> bytes:
    """BIP-327 NonceAgg (66 bytes). Raises `musig-pubnonce`, naming the signer at fault."""
    for index, pubnonce in enumerate(pubnonces):
        _check_pubnonce(pubnonce, index)
    return secp256k1.points_sum([n[:_FIRST_HALF] for n in pubnonces]) + secp256k1.points_sum(
        [n[_FIRST_HALF:] for n in pubnonces]
    )


def _check_pubnonce(pubnonce: bytes, index: int) -> None:
    """Two finite points; a longer or shorter text fails as its second half has not 33 bytes."""
    try:
        secp256k1.parse_point(pubnonce[:_FIRST_HALF])
        secp256k1.parse_point(pubnonce[_FIRST_HALF:])
    except secp256k1.CurveError:
        raise SigningError("musig-pubnonce", "signer %d" % index)


class Session:
    """The values that all signers of one message share: R, b and e of BIP-327."""

    __slots__ = ("agg", "msg", "nonce_coefficient", "final_nonce", "challenge")

    def __init__(self, aggnonce: bytes, agg: KeyAgg, msg: bytes) -> None:
        """`aggnonce` is 66 bytes, `msg` any length. Raises `musig-aggnonce`."""
        if len(aggnonce) != 66:
            raise SigningError("musig-aggnonce", "66 bytes wanted")
        self.agg = agg
        self.msg = msg
        self.nonce_coefficient = secp256k1.scalar_reduce(
            tagged_hash("MuSig/noncecoef", aggnonce, agg.xonly(), msg)
        )
        halves = [aggnonce[:_FIRST_HALF], aggnonce[_FIRST_HALF:]]
        try:
            final = secp256k1.multi_mul(halves, [_ONE, self.nonce_coefficient])
        except secp256k1.CurveError:
            raise SigningError("musig-aggnonce", "not two points")
        # An infinite sum only a cheating cosigner can cause; BIP-327 signs on with G instead, so
        # that the culprit shows in partial verification.
        self.final_nonce = secp256k1.GENERATOR if final == secp256k1.INFINITY else final
        self.challenge = secp256k1.scalar_reduce(
            tagged_hash("BIP0340/challenge", self.final_nonce[1:], agg.xonly(), msg)
        )

    def key_factor(self, pubkey: bytes) -> bytes:
        """e·a·g of this cosigner, with which its secret key enters the signature."""
        factor = secp256k1.scalar_mul(self.challenge, self.agg.coefficient(pubkey))
        if (self.agg.point[0] == 3) != self.agg.gacc:
            return secp256k1.scalar_negate(factor)
        return factor


def partial_sign(secnonce: SecNonce, seckey: bytes, session: Session) -> bytes:
    """BIP-327 Sign (32 bytes). The nonce is wiped before it is used, whatever happens.

    Raises `musig-nonce-reuse`, `musig-seckey`, `musig-not-a-cosigner`, `musig-own-signature`.
    """
    first, second = secnonce.take()
    try:
        pubkey = secp256k1.pubkey_create(seckey)
    except secp256k1.CurveError:
        raise SigningError("musig-seckey", "out of range")
    if pubkey != secnonce.pubkey:
        raise SigningError("musig-seckey", "the nonce was made for another key")
    factor = session.key_factor(pubkey)
    pubnonce = secnonce.pubnonce or _public(first, second)
    if session.final_nonce[0] == 3:
        first = secp256k1.scalar_negate(first)
        second = secp256k1.scalar_negate(second)
    nonce = secp256k1.scalar_add(first, secp256k1.scalar_mul(session.nonce_coefficient, second))
    psig = secp256k1.scalar_add(nonce, secp256k1.scalar_mul(factor, seckey))
    # A computation fault could make a signature from which the key can be solved for.
    if not partial_verify(psig, pubnonce, pubkey, session):
        raise SigningError("musig-own-signature", "does not verify")
    return psig


def _public(first: bytes, second: bytes) -> bytes:
    return secp256k1.pubkey_create(first) + secp256k1.pubkey_create(second)


def partial_verify(psig: bytes, pubnonce: bytes, pubkey: bytes, session: Session) -> bool:
    """BIP-327 PartialSigVerify of one cosigner's 32 bytes.

    Raises `musig-pubnonce`, `musig-pubkey`, `musig-not-a-cosigner` for malformed contributions.
    """
    if len(psig) != 32 or psig >= secp256k1.ORDER:
        return False
    _check_pubkey(pubkey, 0)
    key_factor, signature = session.key_factor(pubkey), secp256k1.scalar_negate(psig)
    if session.final_nonce[0] == 3:
        # The signer negated its nonces; negating the rest instead leaves R1 without a factor.
        key_factor, signature = secp256k1.scalar_negate(key_factor), psig
    points = [pubnonce[:_FIRST_HALF], pubnonce[_FIRST_HALF:], pubkey, secp256k1.GENERATOR]
    factors = [_ONE, session.nonce_coefficient, key_factor, signature]
    try:
        rest = secp256k1.multi_mul(points, factors)
    except secp256k1.CurveError:
        rest = b""
    if not rest or secp256k1.INFINITY in points:
        _check_pubnonce(pubnonce, 0)
    return bool(rest == secp256k1.INFINITY)


def partial_sig_agg(psigs: "list[bytes]", session: Session) -> bytes:
    """BIP-327 PartialSigAgg: the BIP-340 signature (64), not verified. Raises `musig-psig`."""
    agg = session.agg
    total = secp256k1.scalar_mul(session.challenge, agg.tacc)
    if agg.point[0] == 3:
        total = secp256k1.scalar_negate(total)
    for index, psig in enumerate(psigs):
        if len(psig) != 32 or psig >= secp256k1.ORDER:
            raise SigningError("musig-psig", "signer %d" % index)
        total = secp256k1.scalar_add(total, psig)
    return session.final_nonce[1:] + total


def _deterministic_scalar(
    index: int, secret: bytes, aggothernonce: bytes, agg_xonly: bytes, msg: bytes
) -> bytes:
    return secp256k1.scalar_reduce(
        tagged_hash(
            "MuSig/deterministic/nonce",
            secret,
            aggothernonce,
            agg_xonly,
            len(msg).to_bytes(8, "big"),
            msg,
            bytes((index,)),
        )
    )


def deterministic_sign(
    seckey: bytes, aggothernonce: bytes, agg: KeyAgg, msg: bytes, rand: "bytes | None" = None
) -> "tuple[bytes, bytes]":
    """BIP-327 DeterministicSign for the last signer: (public nonce of 66 bytes, partial signature).

    Safe without state only because every other nonce is already fixed and hashed in. Raises
    `musig-seckey`, `musig-aggnonce`, `musig-not-a-cosigner`, `musig-rand`.
    """
    try:
        _check_pubnonce(aggothernonce, 0)
    except SigningError:
        raise SigningError("musig-aggnonce", "not two points")
    if rand is not None and len(rand) != 32:
        raise SigningError("musig-rand", "32 bytes wanted")
    try:
        pubkey = secp256k1.pubkey_create(seckey)
    except secp256k1.CurveError:
        raise SigningError("musig-seckey", "out of range")
    secret = seckey if rand is None else _xor(seckey, tagged_hash("MuSig/aux", rand))
    scalars = bytearray(64)
    for index in (0, 1):
        scalars[32 * index : 32 * index + 32] = _deterministic_scalar(
            index, secret, aggothernonce, agg.xonly(), msg
        )
    pubnonce = _public(bytes(scalars[:32]), bytes(scalars[32:]))
    aggnonce = nonce_agg([pubnonce, aggothernonce])
    secnonce = SecNonce(scalars, pubkey, pubnonce)
    return pubnonce, partial_sign(secnonce, seckey, Session(aggnonce, agg, msg))
