"""The whole life of an SDK wallet against the operator's own process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.interop.sdk import InteropFailed, SdkWallet
from tests.micropython import ROOT

BOARDED_SAT = 100_000
SENT_SAT = 30_000
LEFT_SAT = 20_000
SENT_AGAIN_SAT = 5_000
FEES_SAT = 200_000
EXIT_DELAY_BLOCKS = 20
_SESSION_SECONDS = "8"
_PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.1
_END_SECONDS = 10

Check = Callable[[bool, str], None]


@contextmanager
def operator_process() -> Iterator[str]:
    """`stanchion operator` on a free port; its URL."""
    command = [sys.executable, "-m", "stanchion", "operator", "--port", "0"]
    command += ["--session-seconds", _SESSION_SECONDS]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        _wait_until(lambda: _answers(url), "the operator answers")
        yield url
    finally:
        process.terminate()
        process.wait(_END_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/v1/info").is_success
    except httpx.HTTPError:
        return False


def _wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise InteropFailed(f"waited in vain: {what}")
        time.sleep(_PAUSE_SECONDS)


def regtest(url: str, action: str, **fields: Any) -> dict[str, Any]:
    """Asks faucet or miner."""
    return dict(httpx.post(f"{url}/regtest/{action}", json=fields, timeout=60).json())


def amounts(wallet: SdkWallet) -> list[int]:
    return sorted(vtxo["amount"] for vtxo in wallet.call("vtxos"))


def wait_for_amounts(wallet: SdkWallet, expected: list[int]) -> None:
    """News of VTXOs come to the wallet by its subscription, a moment later."""
    what = f"VTXOs of {expected} sat"
    _wait_until(lambda: amounts(wallet) == sorted(expected), what)


def _confirmed_kinds(url: str, outpoint: str) -> set[str]:
    """Kinds of the transactions of a VTXO's chain, all of which have to be confirmed."""
    txid, vout = outpoint.split(":")
    chain = httpx.get(f"{url}/v1/indexer/vtxo/{txid}/{vout}/chain").json()["chain"]
    for entry in chain:
        status = httpx.get(f"{url}/esplora/tx/{entry['txid']}/status")
        if not status.is_success or not status.json()["confirmed"]:
            raise InteropFailed(f"{entry['type']} {entry['txid']} is not confirmed")
    return {entry["type"].rsplit("_", 1)[1] for entry in chain}


def live(url: str, check: Check) -> None:
    """Board, send, renew, leave together, leave alone, sweep."""
    with SdkWallet(url, "wallet") as wallet, SdkWallet(url, "receiver") as receiver:
        own = wallet.call("addresses")
        _board(url, wallet, own["boarding"], check)
        _send_and_renew(wallet, receiver, check)
        _leave_together(url, wallet, own, check)
        _leave_alone(url, wallet, receiver, own["onchain"], check)


def _board(url: str, wallet: SdkWallet, address: str, check: Check) -> None:
    regtest(url, "fund", address=address, amount=BOARDED_SAT)
    check(wallet.call("balance") == BOARDED_SAT, "the wallet sees its boarding coin")
    txid = wallet.call("settle")
    wait_for_amounts(wallet, [BOARDED_SAT])
    status = httpx.get(f"{url}/esplora/tx/{txid}/status")
    check(status.is_success, f"boarded in a batch, commitment {txid}")


def _send_and_renew(wallet: SdkWallet, receiver: SdkWallet, check: Check) -> None:
    to = receiver.call("addresses")["ark"]
    txid = wallet.call("send", address=to, amount=SENT_SAT)
    wait_for_amounts(wallet, [BOARDED_SAT - SENT_SAT])
    wait_for_amounts(receiver, [SENT_SAT])
    check(True, f"sent off chain and received, ark transaction {txid}")
    before = wallet.call("vtxos")
    txid = wallet.call("settle")
    wait_for_amounts(wallet, [BOARDED_SAT - SENT_SAT])
    check(wallet.call("vtxos") != before, f"renewed with a forfeit, commitment {txid}")


def _leave_together(url: str, wallet: SdkWallet, own: dict[str, str], check: Check) -> None:
    left_sat = BOARDED_SAT - SENT_SAT - LEFT_SAT
    outputs = [
        {"address": own["onchain"], "amount": LEFT_SAT},
        {"address": own["ark"], "amount": left_sat},
    ]
    txid = wallet.call("settle", outputs=outputs)
    wait_for_amounts(wallet, [left_sat])
    regtest(url, "mine", blocks=1)
    coins = httpx.get(f"{url}/esplora/address/{own['onchain']}/utxo").json()
    paid = [coin["value"] for coin in coins if coin["txid"] == txid]
    check(paid == [LEFT_SAT], f"collaborative exit of {LEFT_SAT} sat by commitment {txid}")


def _leave_alone(
    url: str, wallet: SdkWallet, receiver: SdkWallet, onchain: str, check: Check
) -> None:
    to = receiver.call("addresses")["ark"]
    wallet.call("send", address=to, amount=SENT_AGAIN_SAT)
    left_sat = BOARDED_SAT - SENT_SAT - LEFT_SAT - SENT_AGAIN_SAT
    wait_for_amounts(wallet, [left_sat])
    regtest(url, "fund", address=onchain, amount=FEES_SAT)
    [vtxo] = wallet.call("vtxos")
    txids = wallet.call("unroll", outpoint=vtxo["outpoint"])
    kinds = _confirmed_kinds(url, vtxo["outpoint"])
    check(
        {"ARK", "CHECKPOINT", "TREE"} <= kinds and bool(txids),
        "unrolled: tree, checkpoint and ark transaction are on chain",
    )
    try:
        wallet.call("sweep", outpoint=vtxo["outpoint"], address=onchain)
        early = True
    except InteropFailed:
        early = False
    check(not early, "a sweep before the exit delay is over fails")
    regtest(url, "mine", blocks=EXIT_DELAY_BLOCKS)
    txid = wallet.call("sweep", outpoint=vtxo["outpoint"], address=onchain)
    status = httpx.get(f"{url}/esplora/tx/{txid}/status").json()
    check(bool(status.get("confirmed")), f"swept by {txid}, block {status.get('block_height')}")
