"""The VTXOs in the ledger, a page at a time."""

# A page beside a full ledger has to fit into what is left of the heap.
_PAGE = 4


def handle(device, params: dict) -> dict:
    coins, following = device.ledger.page(params["start"], _PAGE)
    items = [
        {
            "outpoint": coin.outpoint,
            "amount_sat": coin.amount_sat,
            "index": coin.index,
            "state": coin.state,
            "batch_expiry": coin.batch_expiry,
            "commitment_txid": coin.commitment_txid,
            "depth": coin.depth,
        }
        for coin in coins
    ]
    result = {"items": items}
    if following is not None:
        result["next"] = following
    return result
