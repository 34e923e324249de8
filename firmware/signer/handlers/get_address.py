"""Derives an address of the owner, and shows it on the screen when asked to."""

from arkcore import address
from wire import terms

from signer import networks, text
from signer.ledger_records import KIND_BOARDING, KIND_VTXO
from signer.own_scripts import ark_script


def handle(device, params: dict) -> dict:
    kind, index = params["kind"], params["index"]
    network = device.keystore.network
    if kind == terms.ADDRESS_ONCHAIN:
        title = "On-chain address"
        owner = device.keystore.onchain_key(index)[1]
        script = device.keystore.onchain_script(index)
        written = address.segwit_address(networks.segwit_hrp(network), script)
    else:
        operator = device.require_operator()
        owner = device.keystore.owner_key(index)[1]
        boarding = kind == terms.ADDRESS_BOARDING
        title = "Boarding address" if boarding else "Ark address"
        coin = KIND_BOARDING if boarding else KIND_VTXO
        vtxo = ark_script(device.keystore, operator, coin, index)
        script = vtxo.script_pubkey
        if boarding:
            written = address.segwit_address(networks.segwit_hrp(network), script)
        else:
            written = address.ark_address(operator.hrp, operator.signer_xonly, vtxo.output_key)
    if params["show"]:
        device.screen.confirm(title, text.pages(text.groups(written)))
    return {"script": script, "address": written, "owner_key": owner}
