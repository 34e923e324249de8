"""What every handler works with: keys, operator, ledger, journal, screen, link."""

from arkcore.errors import ArkError
from arkcore.hashes import sha256
from wire import terms
from wire.errors import StorageError

from signer import records
from signer.errors import Cancelled, Refused
from signer.journal import Journal
from signer.ledger import Ledger

PROGRESS_INTERVAL_MS = 200
MAX_OPERATORS = 8
# A quarter of the shortest expiry that an operator may have.
MAX_SESSION_MS = 6 * 3_600_000


class Device:
    """One signer. `board` is the module of the board, `link` the wire.service.DeviceService.

    keystore  signer.keystore.KeyStore: owner_key(index), onchain_key(index), cosigner_seed(), ...
    operator  the pinned signer.operator_profile.OperatorProfile, or None before enrolment
    operators every profile that was ever pinned; the last one is `operator`
    ledger    signer.ledger.Ledger(journal): apply(kind, body), snapshot(), count()
    journal   signer.journal.Journal: append(kind, body) is durable when it returns
    screen    signer.screen.Screen: confirm(title, pages), show(lines)
    batch     the batch session at work, or None; it has wipe()
    fault     why the device signs nothing (`journal-forged`, `wallet-damaged`, ...), or ""
    """

    __slots__ = (
        "board",
        "link",
        "keystore",
        "operators",
        "ledger",
        "journal",
        "screen",
        "batch",
        "fault",
        "boot_id",
        "_progress_ms",
    )

    def __init__(self, board, link, screen, keystore) -> None:
        self.board = board
        self.link = link
        self.screen = screen
        self.keystore = keystore
        self.operators = []
        self.ledger = None
        self.journal = None
        self.batch = None
        self.fault = ""
        self.boot_id = board.random_bytes(8)
        self._progress_ms = board.ticks_ms()

    @property
    def operator(self):
        return self.operators[-1] if self.operators else None

    @property
    def state(self) -> int:
        """terms.STATE_*: what hello and get_status say."""
        if self.fault:
            return terms.STATE_HALTED
        return terms.STATE_READY if self.keystore.is_open else terms.STATE_EMPTY

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

    def require_healthy(self) -> None:
        """Raises StorageError with the fault, if there is one."""
        if self.fault:
            # With a forged or missing ledger the device could be led to sign a second purpose
            # for a VTXO it already gave away.
            raise StorageError(self.fault)

    def require_operator(self):
        """The pinned OperatorProfile. Raises Refused `operator-missing`."""
        if not self.operators:
            raise Refused("operator-missing")
        return self.operators[-1]

    def operator_of(self, operator_id: bytes):
        """The profile with this id, current or former. Raises Refused `operator-missing`."""
        for profile in self.operators:
            if profile.operator_id == operator_id:
                return profile
        raise Refused("operator-missing", "not enrolled here")

    def drop_batch(self) -> None:
        """Ends the batch session, if any, and wipes its nonces and keys."""
        batch = self.batch
        self.batch = None
        if batch is not None:
            batch.wipe()

    def drop_stale_batch(self) -> None:
        """Ends a batch session that is older than six hours. To be called often: clocks wrap.

        The new VTXO's time runs from the commitment transaction, which can confirm as soon as the
        session's key is known. In a session kept open for days the owner would give a coin for one
        that the operator has swept meanwhile.
        """
        if self.batch is None:
            return
        age_ms = self.board.ticks_diff(self.board.ticks_ms(), self.batch.opened_ms)
        if age_ms < 0 or age_ms > MAX_SESSION_MS:
            self.drop_batch()

    def open(self) -> None:
        """Reads wallet and journal; what is wrong with them becomes `fault`."""
        try:
            self.keystore.load()
            if self.keystore.is_open:
                self.open_journal()
        except ArkError as error:
            self.fault = error.tag

    def open_journal(self) -> None:
        """Replays the journal under the keystore's data key. Raises StorageError."""
        self.journal = Journal(self.keystore.storage, self.keystore.data_key, self._snapshot)
        self.ledger = Ledger(self.journal)
        self.operators = []
        self.journal.open(self._apply)

    def pin_operator(self, profile) -> None:
        """Makes `profile` the operator of all that follows. Raises Refused `operator-limit`.

        Former profiles stay: the VTXOs they belong to must still be able to leave.
        """
        others = [known for known in self.operators if known.operator_id != profile.operator_id]
        if len(others) >= MAX_OPERATORS:
            raise Refused("operator-limit")
        self.journal.append(records.OPERATOR, profile.encode())
        self.operators = others + [profile]

    def _apply(self, kind: int, body: bytes) -> None:
        if records.LEDGER_FIRST <= kind <= records.LEDGER_LAST:
            self.ledger.apply(kind, body)
        elif kind == records.OPERATOR:
            from signer.operator_profile import OperatorProfile

            profile = OperatorProfile.decode(body)
            ident = profile.operator_id
            self.operators = [known for known in self.operators if known.operator_id != ident]
            self.operators.append(profile)
        else:
            raise StorageError("journal-forged", "unknown record kind")

    def _snapshot(self):
        """Every record that a fresh journal must hold to give this state again."""
        for profile in self.operators:
            yield records.OPERATOR, profile.encode()
        for kind, body in self.ledger.snapshot():
            yield kind, body
