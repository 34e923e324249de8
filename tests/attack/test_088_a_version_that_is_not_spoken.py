"""Row 88: host and device are made to speak another version."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    88,
    "H",
    "host and device are made to speak another version",
    "E_VERSION",
    "version-unsupported",
)


def test_refuses_a_version_that_it_does_not_speak(lab: Lab) -> None:
    hello = {"min_version": 0, "max_version": 0, "client": "old"}
    lab.refuses(ROW, lambda: lab.call("hello", **hello))
