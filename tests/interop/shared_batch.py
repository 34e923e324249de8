"""A wallet of the SDK and a device wallet in the same batches: they pay each other and leave.

The device is the emulator, reached by its serial port; its bridge reaches the operator by HTTP.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from arkcore.address import ark_address, decode_ark_address
from arkcore.codec import outpoint_text, parse_outpoint_text
from arkcore.taproot import p2tr_script
from arkcore.tx import Tx
from stanchion.bundle import ensure_bundle
from stanchion.chain.embedded import EmbeddedChain
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.states import ExitStateKind
from stanchion.exits.store import MemoryExitStore
from stanchion.operator.sandbox import enrolment, own_vtxo
from stanchion.rounds.driver import BatchDriver
from stanchion.signers.device import DeviceSigner
from stanchion.signers.facts import AddressKind, InputFact, InputKind, OutputFact, OutputKind
from wire.terms import NETWORK_REGTEST

from tests.host.served import RemoteOwner, Served, run, serve
from tests.interop.life import BOARDED_SAT, FEES_SAT, regtest, wait_for_amounts
from tests.interop.sdk import InteropFailed, SdkWallet

DEVICE_SAT = 80_000
TO_DEVICE_SAT = 11_000
TO_SDK_SAT = 7_000
_SESSION_SECONDS = 60
_MAX_PASSES = 60
_PAST_SECONDS = 3 * 24 * 3600
_CLAIM_INDEX = 1

Check = Callable[[bool, str], None]


@contextmanager
def device_owner(url: str, folder: Path) -> Iterator[RemoteOwner]:
    """A freshly set up device whose bridge knows the operator by its URL."""
    emulator = Emulator(ensure_bundle("emulator"), folder / "flash", heap="400k")
    with emulator, DeviceClient(emulator.port) as client, Presser(emulator):
        client.create_wallet(
            network=NETWORK_REGTEST, word_count=12, entropy=secrets.token_bytes(32)
        )
        owner = RemoteOwner(url, DeviceSigner(client))
        try:
            owner.signer.enroll_operator(enrolment(owner.port.info(), "interop"))
            yield owner
        finally:
            owner.port.close()


def share(check: Check) -> None:
    """Both board in one batch, pay each other in the next, then leave."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedChain(start_time=int(time.time()) - _PAST_SECONDS) as chain,
        serve(chain, session_seconds=_SESSION_SECONDS, min_participants=2) as served,
        device_owner(served.url, Path(folder)) as owner,
        SdkWallet(served.url, "shared") as wallet,
    ):
        _board(served, owner, wallet, check)
        _pay(owner, wallet, served, check)
        _leave_sdk(served, wallet, check)
        _leave_device(served, owner, check)


def _together(driver: BatchDriver, sdk_txid: Callable[[], Any], check: Check, what: str) -> None:
    failures = run([driver])
    if failures:
        raise InteropFailed(f"{what}: {failures[0]}")
    check(sdk_txid() == driver.commitment_txid, f"{what}: one commitment for both")


def _board(served: Served, owner: RemoteOwner, wallet: SdkWallet, check: Check) -> None:
    address = wallet.call("addresses")["boarding"]
    regtest(served.url, "fund", address=address, amount=BOARDED_SAT)
    point = served.chain.fund(owner.signer.get_address(AddressKind.BOARDING, 0).script, DEVICE_SAT)
    coin = InputFact(InputKind.BOARDING, point, DEVICE_SAT, 0)
    settled = wallet.begin("settle")
    driver = owner.join([coin], [own_vtxo(DEVICE_SAT)])
    _together(driver, settled, check, "boarding")
    wait_for_amounts(wallet, [BOARDED_SAT])


def _pay(owner: RemoteOwner, wallet: SdkWallet, served: Served, check: Check) -> None:
    address = wallet.call("addresses")["ark"]
    hrp, signer_key, sdk_key = decode_ark_address(address)
    own_script = owner.signer.get_address(AddressKind.VTXO, 0).script
    outputs = [
        {"address": ark_address(hrp, signer_key, own_script[2:]), "amount": TO_DEVICE_SAT},
        {"address": address, "amount": BOARDED_SAT - TO_DEVICE_SAT},
    ]
    settled = wallet.begin("settle", outputs=outputs)
    [vtxo] = owner.signer.list_vtxos()
    coin = InputFact(InputKind.VTXO, vtxo.outpoint, DEVICE_SAT, vtxo.index)
    payment = OutputFact(OutputKind.FOREIGN_VTXO, TO_SDK_SAT, script=p2tr_script(sdk_key))
    driver = owner.join([coin], [payment, own_vtxo(DEVICE_SAT - TO_SDK_SAT)])
    _together(driver, settled, check, "paying each other")
    wait_for_amounts(wallet, [BOARDED_SAT - TO_DEVICE_SAT, TO_SDK_SAT])
    found = owner.port.vtxos([own_script.hex()], spendableOnly=True)
    amounts = sorted(int(one["amount"]) for one in found)
    check(
        amounts == [TO_DEVICE_SAT, DEVICE_SAT - TO_SDK_SAT],
        f"the device's address holds {amounts} sat, the SDK's {TO_SDK_SAT} sat more",
    )


def _leave_sdk(served: Served, wallet: SdkWallet, check: Check) -> None:
    onchain = wallet.call("addresses")["onchain"]
    regtest(served.url, "fund", address=onchain, amount=FEES_SAT)
    own = [one for one in wallet.call("vtxos") if one["amount"] != TO_SDK_SAT]
    received = [one for one in wallet.call("vtxos") if one["amount"] == TO_SDK_SAT]
    for vtxo in own + received:
        wallet.call("unroll", outpoint=vtxo["outpoint"])
    regtest(served.url, "mine", blocks=20)
    for vtxo in own + received:
        wallet.call("sweep", outpoint=vtxo["outpoint"], address=onchain)
    check(True, "the SDK's wallet left with its own VTXO and with the one the device paid")


def _leave_device(served: Served, owner: RemoteOwner, check: Check) -> None:
    chain, signer = served.chain, owner.signer
    chain.fund(signer.get_address(AddressKind.ONCHAIN, 0).script, FEES_SAT)
    [live] = [one for one in signer.list_vtxos() if one.state.name == "LIVE"]
    data = owner.exits.by_outpoint[outpoint_text(live.outpoint)]
    plan = ArkadePlan(
        parse_outpoint_text(data.outpoint),
        data.amount_sat,
        tuple(Tx.parse(bytes.fromhex(raw)) for raw in data.branch),
        signer.get_address(AddressKind.VTXO, data.key_index).owner_key,
        signer.get_operator().signer_key[1:],
        data.exit_sequence,
        data.key_index,
    )
    coins = OnchainCoins(chain, signer)
    cpfp = SignedCpfp(coins, signer)
    exits = ExitCoordinator(chain, MemoryExitStore(), signer, cpfp, coins, ArkadePlan.from_json)
    [started] = exits.start_exits([plan])
    check(started.error is None, "the device agreed to leave alone")
    _progress_to(exits, chain, plan.vtxo_id, ExitStateKind.CLAIMABLE)
    claim = exits.claim(plan.vtxo_id, _CLAIM_INDEX)
    _progress_to(exits, chain, plan.vtxo_id, ExitStateKind.CLAIMED)
    status = chain.tx_status(claim.txid())
    check(status.confirmed, f"the device claimed {plan.amount_sat} sat, block {status.height}")


def _progress_to(
    exits: ExitCoordinator, chain: EmbeddedChain, vtxo_id: bytes, wanted: ExitStateKind
) -> None:
    for _ in range(_MAX_PASSES):
        exits.progress_exits()
        exit_ = exits.get_exit(vtxo_id)
        if exit_ is not None and exit_.state.kind is wanted:
            return
        chain.mine()
    raise InteropFailed(f"the exit did not become {wanted.name}")
