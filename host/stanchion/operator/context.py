"""Everything that the parts of one operator share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from arkcore.address import segwit_address

from stanchion.chain.port import ChainSource
from stanchion.chain.wallet import Wallet
from stanchion.operator.config import OperatorConfig
from stanchion.operator.convictions import ConvictionBook
from stanchion.operator.feed import EventFeed
from stanchion.operator.fees import FeeSchedule, NoFee
from stanchion.operator.journal import MemoryJournal, RoundJournal
from stanchion.operator.keys import OperatorKeys
from stanchion.operator.planning import BatchPlanner
from stanchion.operator.vtxos import VtxoSet


@dataclass
class OperatorContext:
    """`clock` gives unix seconds; `planner` builds batches from intents."""

    config: OperatorConfig
    keys: OperatorKeys
    chain: ChainSource
    wallet: Wallet
    planner: BatchPlanner
    clock: Callable[[], float]
    feed: EventFeed = field(default_factory=EventFeed)
    journal: RoundJournal = field(default_factory=MemoryJournal)
    vtxos: VtxoSet = field(default_factory=VtxoSet)
    fees: FeeSchedule = field(default_factory=NoFee)
    convictions: ConvictionBook = field(default_factory=ConvictionBook)

    @property
    def connector_address(self) -> str:
        return segwit_address(self.config.segwit_hrp, self.keys.connector.script)

    @property
    def now(self) -> int:
        return int(self.clock())
