"""Row 70: the number of an earlier session is used in a new one."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    70,
    "C",
    "the number of an earlier session is used in a new one",
    "session-id-reuse",
    "session-unknown",
)


def test_refuses_the_number_of_an_old_session(lab: Lab) -> None:
    old = lab.refresh().open()
    old.call("abort_batch")
    lab.refresh().open()
    lab.refuses(ROW, old.announce, keeps_session=True)
