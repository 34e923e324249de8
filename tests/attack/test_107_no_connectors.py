"""Row 107: forfeits are asked for without connectors (noConnectors)."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    107,
    "O",
    "forfeits are asked for without connectors (noConnectors)",
    "tssdk 4 noConnectors",
    "connector-missing",
)


def test_refuses_a_forfeit_without_connector(lab: Lab) -> None:
    run = lab.refresh().to_exit_path()
    lab.refuses(ROW, lambda: run.call("sign_forfeit", input_index=0), keeps_session=True)
