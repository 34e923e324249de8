"""Row 60: the host shows another boarding address than the device."""

from wire import terms

from tests.attack.scaffold import Lab, Row

ROW = Row(
    60,
    "H",
    "the host shows another boarding address than the device",
    "board-script",
    "user-refused",
)


def test_the_device_shows_its_own_boarding_address(lab: Lab) -> None:
    params = {"kind": terms.ADDRESS_BOARDING, "index": 0}
    address = lab.call("get_address", show=False, **params)["address"]
    with lab.owner(("", "no")) as owner:
        lab.refuses(ROW, lambda: lab.call("get_address", show=True, **params))
    shown = "".join("".join(lines[1:-1]) for lines in owner.seen).replace(" ", "")
    assert shown and address.startswith(shown[: len(address)])
