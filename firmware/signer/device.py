"""What every handler works with: keys, operator, ledger, journal, screen, link."""

from arkcore.hashes import sha256

from signer import records
from signer.errors import Cancelled, Refused

STATE_EMPTY = 0
STATE_READY = 1
PROGRESS_INTERVAL_MS = 200


class Device:
    """One signer. `board` is the module of the board, `link` what `signer.link.Link` offers.

    keystore  signer.keystore.KeyStore: owner_key(index), onchain_key(index), cosigner_seed(), ...
    operator  signer.operator_profile.OperatorProfile, or None before enrolment
    ledger    signer.ledger.Ledger(journal): apply(kind, body), snapshot(), count()
    journal   signer.journal.Journal: append(kind, body) is durable when it returns
    screen    signer.screen.Screen: confirm(title, pages), show(lines)
    batch     the batch session at work, or None; it has wipe()
    """

    __slots__ = (
        "board",
        "link",
        "keystore",
        "operator",
        "ledger",
        "journal",
        "screen",
        "batch",
        "boot_id",
        "_progress_ms",
    )

    def __init__(self, board, link, screen, keystore) -> None:
        self.board = board
        self.link = link
        self.screen = screen
        self.keystore = keystore
        self.operator = None
        self.ledger = None
        self.journal = None
        self.batch = None
        self.boot_id = board.random_bytes(8)
        self._progress_ms = board.ticks_ms()

    @property
    def state(self) -> int:
        return STATE_READY if self.keystore.is_open else STATE_EMPTY

    def random(self, count: int) -> bytes:
        """`count` (at most 32) bytes for nonces: the board's generator, never used raw."""
        if count > 32:
            raise ValueError("at most 32 bytes")
        return sha256(b"stanchion random" + self.board.random_bytes(64) + self.boot_id)[:count]

    def progress(self, done: int, total: int) -> None:
        """Call inside long work: feeds the watchdog, answers pings, tells the host how far it is.

        Raises Cancelled when the host has asked to stop.
        """
        self.board.feed_watchdog()
        self.link.pump()
        if self.link.take_cancel():
            raise Cancelled()
        now = self.board.ticks_ms()
        if self.board.ticks_diff(now, self._progress_ms) >= PROGRESS_INTERVAL_MS:
            self._progress_ms = now
            self.link.send_progress(done, total)

    def require_ready(self) -> None:
        if not self.keystore.is_open:
            raise Refused("wallet-missing")
        if self.journal is None or self.journal.is_forged:
            # With a forged or missing ledger the device could be led to sign a second purpose
            # for a VTXO it already gave away.
            raise Refused("journal-forged")

    def require_operator(self):
        """The pinned OperatorProfile. Raises Refused `operator-missing`."""
        self.require_ready()
        if self.operator is None:
            raise Refused("operator-missing")
        return self.operator

    def drop_batch(self) -> None:
        """Ends the batch session, if any, and wipes its nonces and keys."""
        batch = self.batch
        self.batch = None
        if batch is not None:
            batch.wipe()

    def open_wallet(self) -> None:
        """Reads the journal under the keystore's data key; a forged one is left closed."""
        from signer.journal import Journal
        from signer.ledger import Ledger

        self.journal = Journal(
            self.keystore.storage, self.keystore.data_key, self._snapshot
        )
        self.ledger = Ledger(self.journal)
        self.operator = None
        self.journal.open(self._apply)

    def _apply(self, kind: int, body: bytes) -> None:
        if records.LEDGER_FIRST <= kind <= records.LEDGER_LAST:
            self.ledger.apply(kind, body)
        elif kind == records.OPERATOR:
            from signer.operator_profile import OperatorProfile

            self.operator = OperatorProfile.decode(body)
        else:
            raise Refused("journal-forged", "unknown record kind")

    def _snapshot(self):
        """Every record that a fresh journal must hold to give this state again."""
        if self.operator is not None:
            yield records.OPERATOR, self.operator.encode()
        for kind, body in self.ledger.snapshot():
            yield kind, body
