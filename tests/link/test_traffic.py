"""What really passes over the line, in both directions, is what the CDDL file describes.

Invariant: the file documents the programs and not an intention. The device is MicroPython.
"""

from pathlib import Path

import pytest
from stanchion.device.client import DeviceClient, Patience
from stanchion.device.errors import DeviceRefused
from wire import frame
from wire.frame import Frame

from tests.link import looped_device as act
from tests.link.line import Line, damaged, unchanged
from tests.wire.cddl import allows

RULES = {
    frame.REQUEST: (
        "hello-request",
        "get-status-request",
        "get-nonces-request",
        "start-exit-request",
    ),
    frame.REPLY: (
        "hello-reply",
        "get-status-reply",
        "get-nonces-reply",
        "start-exit-reply",
        "refusal",
    ),
    frame.EVENT: ("wait-user-event", "progress-event", "cancelled-event"),
    frame.CANCEL: ("cancel",),
    frame.LINK_ERROR: ("link-error",),
}


def test_every_body_on_the_line_follows_its_rule(tmp_path: Path) -> None:
    seen: list[Frame] = []
    hits: list[str] = []

    def watch(found: Frame) -> bytes:
        seen.append(found)
        return unchanged(found)

    def damage_first_status(found: Frame) -> bytes:
        seen.append(found)
        spoil = (
            found.type == frame.REQUEST and not hits and allows("get-status-request", found.body)
        )
        hits.extend(["damaged"] if spoil else [])
        return damaged(found) if spoil else unchanged(found)

    with Line(tmp_path) as line:
        line.to_device, line.to_host = damage_first_status, watch
        with DeviceClient(line.port, patience=Patience(quiet_s=1, ping_s=1)) as client:
            client.get_status()
            client.get_nonces(session=1)
            for action in (act.DO_NOTHING, act.SHOW_PROGRESS):
                client.start_exit(outpoint=bytes((action,)) + bytes(35))
            client.on_wait_user = lambda _: client.cancel()
            for action in (act.REFUSE, act.WAIT_FOR_OWNER):
                with pytest.raises(DeviceRefused):
                    client.start_exit(outpoint=bytes((action,)) + bytes(35))
    used = set()
    for found in seen:
        rules = [rule for rule in RULES.get(found.type, ()) if allows(rule, found.body)]
        assert rules or found.type in (frame.PING, frame.PONG), (found.type, found.body.hex())
        used.update(rules)
    assert used == {rule for rules in RULES.values() for rule in rules}
