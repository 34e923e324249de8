"""Words are made on the device, shown on its screen alone, and give the same keys (I7, I10).

The addresses are compared with embit, which shares no code with the device.
"""

import serial
from embit import bip32, bip39, script
from embit.networks import NETWORKS
from stanchion.device import messages
from stanchion.device.client import DeviceClient
from stanchion.emulator import Emulator, Presser
from stanchion.emulator.presser import enter_words, words_shown
from wire import frame, terms
from wire.methods import method_by_name

from tests.device.owner import MAINNET, REGTEST, WORDS, Call, refusal, restore

ENTROPY = bytes(range(32))


def create(emulator: Emulator, client: DeviceClient, count: int = 12) -> tuple[bytes, list[str]]:
    """(fingerprint, the words that the screen showed)."""
    with Presser(emulator) as owner:
        result = client.create_wallet(network=REGTEST, word_count=count, entropy=ENTROPY)
    return bytes(result["fingerprint"]), words_shown(owner.seen)


def onchain_address(words: list[str], index: int, network: str = "regtest") -> str:
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(words)))
    coin = 0 if network == "main" else 1
    key = root.derive(f"m/86h/{coin}h/0h/0/{index}").key
    return str(script.p2tr(key.get_public_key()).address(NETWORKS[network]))


def test_new_words_are_valid_and_give_the_addresses_that_embit_derives(
    emulator: Emulator, client: DeviceClient
) -> None:
    fingerprint, words = create(emulator, client)
    assert len(words) == 12 and bip39.mnemonic_is_valid(" ".join(words))
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(words)))
    assert root.my_fingerprint == fingerprint
    for index in (0, 1, 77):
        derived = client.get_address(kind=terms.ADDRESS_ONCHAIN, index=index, show=False)
        assert derived["address"] == onchain_address(words, index)


def test_twenty_four_words_are_made_when_asked_for(
    emulator: Emulator, client: DeviceClient
) -> None:
    _, words = create(emulator, client, 24)
    assert len(words) == 24 and bip39.mnemonic_is_valid(" ".join(words))


def test_two_devices_given_the_same_host_entropy_make_different_words(
    emulator: Emulator, client: DeviceClient
) -> None:
    first = create(emulator, client)[1]
    emulator.kill()
    emulator.flash_path.unlink()
    emulator.start()
    client.connect()
    assert create(emulator, client)[1] != first


def test_words_and_keys_never_cross_the_link_nor_lie_plainly_on_flash(emulator: Emulator) -> None:
    traffic = b""
    with serial.Serial(emulator.port, timeout=0.05) as port, Presser(emulator) as owner:
        greeting = {"min_version": 1, "max_version": 1, "client": "wiretap"}
        params = {"network": REGTEST, "word_count": 12, "entropy": ENTROPY}
        for number, (name, values) in enumerate((("hello", greeting), ("create_wallet", params))):
            body = messages.encode_request(number + 1, method_by_name(name), values)
            port.write(frame.encode_frame(frame.REQUEST, number, body))
            decoder, replies = frame.FrameDecoder(), 0
            while not replies:
                data = port.read(4096)
                traffic += data
                replies = sum(f.type == frame.REPLY for f in decoder.feed(data, 0))
    words = words_shown(owner.seen)
    assert len(words) == 12 and len(traffic) > 100
    seed = bip39.mnemonic_to_seed(" ".join(words))
    root = bip32.HDKey.from_seed(seed)
    secrets = [seed, root.key.secret, root.chain_code, bip39.mnemonic_to_bytes(" ".join(words))]
    flash = emulator.flash_path.read_bytes()
    for secret in [bytes(secret) for secret in secrets] + [" ".join(words[:3]).encode()]:
        assert secret not in traffic and secret not in flash
    assert not any(f" {word}".encode() in traffic for word in words if len(word) > 4)


def test_restored_words_give_the_same_fingerprint_and_addresses(
    emulator: Emulator, client: DeviceClient
) -> None:
    fingerprint = restore(emulator, client, WORDS)
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(WORDS)))
    assert fingerprint == root.my_fingerprint
    address = client.get_address(kind=terms.ADDRESS_ONCHAIN, index=5, show=False)["address"]
    assert address == onchain_address(WORDS, 5)


def test_a_mainnet_wallet_derives_mainnet_keys_and_addresses(
    emulator: Emulator, client: DeviceClient
) -> None:
    restore(emulator, client, WORDS, MAINNET)
    address = client.get_address(kind=terms.ADDRESS_ONCHAIN, index=0, show=False)["address"]
    assert address.startswith("bc1p") and address == onchain_address(WORDS, 0, "main")


def test_wallet_survives_a_restart_with_the_same_keys(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    before = wallet.get_address(kind=terms.ADDRESS_ONCHAIN, index=0, show=False)
    emulator.restart()
    greeting = wallet.connect()
    assert greeting["state"] == terms.STATE_READY
    assert wallet.get_address(kind=terms.ADDRESS_ONCHAIN, index=0, show=False) == before


def test_a_second_wallet_is_refused_while_one_is_held(wallet: DeviceClient) -> None:
    before = wallet.get_status()["fingerprint"]
    params = {"network": REGTEST, "word_count": 12}
    assert refusal(wallet.create_wallet, entropy=ENTROPY, **params) == "state-wrong"
    assert refusal(wallet.restore_wallet, **params) == "state-wrong"
    assert wallet.get_status()["fingerprint"] == before


def test_saying_no_to_any_page_of_creation_leaves_the_device_empty(
    emulator: Emulator, client: DeviceClient
) -> None:
    for text in ("New wallet", "1/3", "Written down?"):
        with Presser(emulator, [(text, "no"), ("", "yes")]):
            params = {"network": REGTEST, "word_count": 12, "entropy": ENTROPY}
            assert refusal(client.call, "create_wallet", **params) == "user-refused"
        assert client.get_status()["state"] == terms.STATE_EMPTY
    emulator.restart()
    assert client.connect()["state"] == terms.STATE_EMPTY


def test_a_wrong_checksum_is_noticed_and_can_be_mended(
    emulator: Emulator, client: DeviceClient
) -> None:
    asked = Call(client, "restore_wallet", network=REGTEST, word_count=12)
    emulator.wait_screen("Restore wallet")
    emulator.press("yes")
    enter_words(emulator, WORDS[:11] + ["zoo"])
    emulator.wait_screen("Wrong checksum")
    emulator.press("yes")
    emulator.wait_screen("Word 12 of 12")
    enter_words(emulator, WORDS, first=11)
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(WORDS)))
    assert asked.result()["fingerprint"] == root.my_fingerprint


def test_going_back_before_the_first_word_gives_up(
    emulator: Emulator, client: DeviceClient
) -> None:
    asked = Call(client, "restore_wallet", network=REGTEST, word_count=12)
    emulator.wait_screen("Restore wallet")
    emulator.press("yes")
    emulator.wait_screen("Word 1 of 12")
    emulator.press("no")
    assert refusal(asked.result) == "user-refused"
    assert client.get_status()["state"] == terms.STATE_EMPTY
