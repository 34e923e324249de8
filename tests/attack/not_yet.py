"""Rows of the attack table that have no test, and why not yet."""

_HASH_LOCKS = "forfeits under hash locks are not built; only connectors are"
_CHAIN = "no chain of headers on the device; heights are never a permission"
_ROLLBACK = "nothing on the board counts upwards outside of its flash"
_BUDGETS = "no budgets over time; without a clock only sums are kept"
_CHANNEL = "no pairing and no encrypted session"
_PIN = "no PIN; the board is its owner's as long as he holds it"
_COSIGNED_BOARDING = "boarding outputs have their own way out, nobody cosigns one"
_OFFCHAIN = "the device signs no off-chain payments"
_FAULTS = "needs faults in the chip; a false own signature is caught in tests/both/test_musig2.py"

NOT_YET = {
    31: ("hash-locked forfeit of another hash", _HASH_LOCKS),
    32: ("hash-locked forfeit without a way back", _HASH_LOCKS),
    33: ("hash-locked forfeit before confirmation", _HASH_LOCKS),
    38: ("height jumped ahead", _CHAIN),
    39: ("height kept back", _CHAIN),
    40: ("headers with too little work", _CHAIN),
    41: ("deep reorganisation", _CHAIN),
    42: ("Merkle proof over 64 bytes", _CHAIN),
    47: ("proofs of ownership without end", "no limit of requests in time; a proof moves nothing"),
    58: ("boarding before the exit is cosigned", _COSIGNED_BOARDING),
    59: ("cosigned exit of another outpoint", _COSIGNED_BOARDING),
    61: ("off-chain chain with a hole", _OFFCHAIN),
    62: ("off-chain chain too deep", _OFFCHAIN),
    63: ("swept and live inputs mixed", _OFFCHAIN),
    69: ("two host programs at one session", _CHANNEL),
    72: ("old flash image restored", _ROLLBACK),
    73: ("clock set to refresh a budget", _BUDGETS),
    74: ("one payment split into many", "each outward payment needs the button; " + _BUDGETS),
    82: ("manifest with colliding hashes", "nothing is streamed twice, so there is no manifest"),
    85: ("replay of encrypted frames", _CHANNEL),
    86: ("second program on the port", _CHANNEL),
    87: ("man in the middle of the pairing", _CHANNEL),
    90: ("older firmware", "updates go through the board's own loader"),
    91: ("board replaced by a twin", _PIN),
    92: ("secrets in memory after a reset", "needs a board; the emulator's memory ends with it"),
    93: ("PIN guessed from a dump", _PIN),
    94: ("compare of the PIN skipped", _PIN),
    95: ("fault in a signing step", _FAULTS),
    96: ("fault in a verdict", _FAULTS),
    97: ("keys leaked through nonces", "the host gives nothing into nonces that it could check"),
    99: ("boarding input double-spent", _CHAIN),
    100: ("signature at the last moment", "no clock on the device: it does not know the time left"),
}
