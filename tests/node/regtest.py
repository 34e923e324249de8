"""A real bitcoind on regtest with default policy, as a chain source that can be moved on."""

import socket
import subprocess
import time

from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.tx import TxOut
from stanchion.chain.blocks import COINBASE_MATURITY_BLOCKS
from stanchion.chain.node import NodeSource
from stanchion.chain.port import BlockRef, ChainUnavailable, InsufficientFunds
from stanchion.chain.rpc import NodeRpc
from stanchion.chain.wallet import KeyPathKey, Wallet

START_SECONDS, STOP_SECONDS = 60, 60
MINER_KEY, FORK_KEY = bytes([0x51]) * 32, bytes([0x52]) * 32


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class RegtestNode(NodeSource):
    """Starts in `with`; wallet-less: this process signs what it funds with."""

    def __init__(self, programs, datadir, *options):
        datadir.mkdir()
        self._command = [
            str(programs / "bitcoind"), "-regtest", f"-datadir={datadir}", "-txindex=1",
            "-listen=0", "-server=1", f"-rpcport={(port := free_port())}", *options,
        ]  # fmt: skip
        self.url = f"http://127.0.0.1:{port}"
        self.cookie = datadir / "regtest" / ".cookie"
        self.rpc = NodeRpc(self.url, cookie=self.cookie)
        super().__init__(self.rpc)
        self.wallet = Wallet(self, MINER_KEY)
        self._process = None

    def __enter__(self):
        self.start()
        self.mine(COINBASE_MATURITY_BLOCKS + 3)
        return self

    def __exit__(self, *_error):
        self.stop()
        self.rpc.close()

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.tip()
                return
            except ChainUnavailable:
                assert self._process.poll() is None, "bitcoind has ended"
                assert time.monotonic() < deadline, "bitcoind does not answer"
                time.sleep(0.1)

    def stop(self):
        self._process.terminate()
        self._process.wait(STOP_SECONDS)

    def mine(self, count=1):
        names = self.rpc.call("generatetodescriptor", count, f"raw({self.wallet.script.hex()})")
        top = self.tip().height
        heights = range(top - count + 1, top + 1)
        return [BlockRef(h, from_hex_txid(name)) for h, name in zip(heights, names, strict=True)]

    def mempool_txids(self):
        return [from_hex_txid(name) for name in self.rpc.call("getrawmempool")]

    def reorg(self, depth, transactions=()):
        """Replaces the last `depth` blocks by `depth` + 1 of another miner.

        `transactions` (raw) go into the first of them; the others are empty.
        """
        last = self.block_ref(self.tip().height - depth + 1)
        self.rpc.call("invalidateblock", to_hex_txid(last.hash))
        miner = f"raw({KeyPathKey(FORK_KEY).script.hex()})"
        self.rpc.call("generateblock", miner, [raw.hex() for raw in transactions])
        for _ in range(depth):
            self.rpc.call("generateblock", miner, [])

    def fund(self, script, amount_sat):
        return self.fund_many([(script, amount_sat)])[0]

    def fund_many(self, payments):
        outputs = [TxOut(amount_sat, script) for script, amount_sat in payments]
        try:
            tx = self.wallet.pay(outputs)
        except InsufficientFunds:
            self.mine(COINBASE_MATURITY_BLOCKS)
            tx = self.wallet.pay(outputs)
        self.mine()
        return [outpoint(tx.txid(), vout) for vout in range(len(payments))]
