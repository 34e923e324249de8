"""What must hold after any refusal, whichever way the device is reached (invariant I8)."""

from collections.abc import Callable
from typing import Any

from arkcore.errors import ArkError
from wire import terms

from tests.batch.owner import DeviceLike, ledger_of


def tag_of(action: Callable[[], Any], *families: type[Exception]) -> str:
    """Tag of the refusal that `action` ends with; "" when it passes."""
    try:
        action()
    except (ArkError, *families) as error:
        return str(getattr(error, "tag", ""))
    return ""


def assert_refused(
    device: DeviceLike, action: Callable[[], Any], tag: str, *families: type[Exception]
) -> None:
    """`action` ends with `tag`, the ledger is as before, and no session is left."""
    before = ledger_of(device)
    found = tag_of(action, *families)
    assert found == tag, f"refused with {found!r}"
    assert ledger_of(device) == before, "a refusal changes nothing"
    assert device.call("get_status")["session_state"] == terms.SESSION_NONE
