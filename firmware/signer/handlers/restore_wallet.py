"""Makes a wallet of words that the owner enters with the buttons; the host never sees them (I7)."""

from signer import networks
from signer.new_wallet import open_from_words
from signer.word_entry import enter_words


def handle(device, params: dict) -> dict:
    network, count = params["network"], params["word_count"]
    question = ["Network", "  " + networks.NAMES[network], "Words", "  %d" % count]
    device.screen.confirm("Restore wallet", [question])
    return open_from_words(device, network, enter_words(device.screen, count))
