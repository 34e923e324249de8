"""While the device waits for its owner, the host can ping and cancel, and do nothing else (I6)."""

import time

from stanchion.device import messages
from stanchion.device.client import DeviceClient
from stanchion.device.link import DeviceLink
from stanchion.emulator import Emulator
from wire import frame, service, terms

from tests.device.bare import ask, reply, tag_of
from tests.device.owner import OPERATOR, WORDS, Call, refusal

SHOW = {"kind": terms.ADDRESS_ONCHAIN, "index": 0, "show": True}


def test_ping_is_answered_and_says_that_the_owner_is_asked(
    emulator: Emulator, link: DeviceLink
) -> None:
    assert link.ping(2) == service.IDLE
    waiting = ask(link, 2, "get_address", **SHOW)
    emulator.wait_screen("On-chain address")
    for _ in range(5):
        assert link.ping(2) == service.WAITING_FOR_USER
    for _ in range(2):
        emulator.press("yes")
    assert 1 in reply(link, waiting)
    assert link.ping(2) == service.IDLE


def test_cancel_ends_the_question_and_confirms_nothing(
    emulator: Emulator, link: DeviceLink
) -> None:
    waiting = ask(link, 2, "enroll_operator", **OPERATOR)
    emulator.wait_screen("New operator")
    link.send(frame.CANCEL, messages.encode_cancel(2))
    assert tag_of(reply(link, waiting)) == "cancelled"
    assert tag_of(reply(link, ask(link, 3, "get_operator"))) == "operator-missing"
    emulator.wait_screen("Ready")


def test_cancel_of_another_request_is_ignored(emulator: Emulator, link: DeviceLink) -> None:
    waiting = ask(link, 5, "get_address", **SHOW)
    emulator.wait_screen("On-chain address")
    for number in (1, 4, 6):
        link.send(frame.CANCEL, messages.encode_cancel(number))
    link.send(frame.CANCEL, b"\xff\xff")
    assert link.ping(2) == service.WAITING_FOR_USER
    for _ in range(2):
        emulator.press("yes")
    assert 1 in reply(link, waiting)


def test_another_request_is_told_busy_and_the_question_stays(
    emulator: Emulator, link: DeviceLink
) -> None:
    waiting = ask(link, 2, "get_address", **SHOW)
    shown = emulator.wait_screen("On-chain address")
    for number, name in ((3, "get_status"), (4, "get_operator")):
        assert tag_of(reply(link, ask(link, number, name))) == "busy"
    assert emulator.screen() == shown
    for _ in range(2):
        emulator.press("yes")
    assert 1 in reply(link, waiting)
    assert 1 in reply(link, ask(link, 3, "get_status"))


def test_the_same_request_again_is_carried_out_once(emulator: Emulator, link: DeviceLink) -> None:
    ask(link, 2, "get_address", **SHOW)
    emulator.wait_screen("On-chain address")
    again = ask(link, 2, "get_address", **SHOW)
    for _ in range(2):
        emulator.press("yes")
    first = reply(link, again)
    emulator.wait_screen("Ready")
    assert reply(link, ask(link, 2, "get_address", **SHOW)) == first


def test_a_button_pressed_before_the_question_does_not_answer_it(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    for _ in range(20):
        emulator.press("yes")
    asked = Call(wallet, "get_address", **SHOW)
    lines = emulator.wait_screen("On-chain address")
    time.sleep(0.3)
    assert emulator.screen() == lines
    wallet.cancel()
    assert refusal(asked.result) == "cancelled"


def test_yes_on_a_page_before_the_last_only_turns_the_page(
    emulator: Emulator, wallet: DeviceClient
) -> None:
    asked = Call(wallet, "enroll_operator", **OPERATOR)
    for page in range(1, 5):
        emulator.wait_screen(f"{page}/5")
        emulator.press("yes")
    emulator.wait_screen("5/5")
    emulator.press("up")
    emulator.wait_screen("4/5")
    emulator.press("down")
    emulator.wait_screen("5/5")
    assert refusal(wallet.link.ping, 1) == ""
    emulator.press("yes")
    assert asked.result()["operator_id"]


def test_cancel_works_while_words_are_entered(emulator: Emulator, client: DeviceClient) -> None:
    asked = Call(client, "restore_wallet", network=terms.NETWORK_REGTEST, word_count=len(WORDS))
    emulator.wait_screen("Restore wallet")
    emulator.press("yes")
    emulator.wait_screen("Word 1 of 12")
    client.cancel()
    assert refusal(asked.result) == "cancelled"
    assert client.get_status()["state"] == terms.STATE_EMPTY
