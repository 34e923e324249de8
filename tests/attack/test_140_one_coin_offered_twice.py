"""Row 140: one coin counts twice in an intent."""

from tests.attack.scaffold import Lab, Row

ROW = Row(
    140,
    "H",
    "one coin counts twice in an intent",
    "intent-duplicate-input",
    "intent-duplicate-input",
)


def test_refuses_one_coin_offered_twice(lab: Lab) -> None:
    lab.refuses(ROW, lambda: lab.open_intent(inputs=[lab.coins()[0]] * 2))
