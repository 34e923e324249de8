"""Makes a new wallet; its words are shown on the screen and nowhere else (I7)."""

from signer import bip39, entropy, networks, text
from signer.new_wallet import open_from_words


def handle(device, params: dict) -> dict:
    network, count = params["network"], params["word_count"]
    question = ["Network", "  " + networks.NAMES[network], "Words", "  %d" % count]
    device.screen.confirm("New wallet", [question])
    size = count // 3 * 4
    words = bip39.to_words(entropy.seed_entropy(device.board, params["entropy"], size))
    numbered = ["%2d %s" % (i + 1, word) for i, word in enumerate(words)]
    written = ["Written down?", "Whoever has these", "words has the coins."]
    device.screen.confirm("Your words", text.pages(numbered) + [written])
    return open_from_words(device, network, words)
