"""Derives an address of the owner, and shows it on the screen when asked to."""

from arkcore import address
from arkcore.scripts import VtxoScript
from wire import terms

from signer import networks, text


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
        delay = operator.boarding_exit_sequence if boarding else operator.unilateral_exit_sequence
        vtxo = VtxoScript(owner, operator.signer_xonly, delay)
        script = vtxo.script_pubkey
        if boarding:
            written = address.segwit_address(networks.segwit_hrp(network), script)
        else:
            written = address.ark_address(operator.hrp, operator.signer_xonly, vtxo.output_key)
    if params["show"]:
        device.screen.confirm(title, text.pages(text.groups(written)))
    return {"script": script, "address": written, "owner_key": owner}
