"""The policy table is whole: each refusal and question of the device, and a test on either side.

Invariants I6 and I8. Read from the sources, so that no rule can be added without its row, nor a
row without a test that trips it and one that passes it.
"""

import ast

from wire.policies import questions, refusals

from tests.unit.policy_sources import PAGE, ROOT, device_policies, device_trees, page, titles
from tests.unit.test_tags import raised_tags


def test_every_tag_that_the_device_raises_is_in_the_table() -> None:
    named = {policy.name for policy in refusals()}
    missing = {
        f"{path.relative_to(ROOT)}: {tag}"
        for path in device_trees()
        for tag in raised_tags(path)
        if tag not in named
    }
    assert not missing


def test_the_table_names_each_rule_once() -> None:
    names = [policy.name for policy in refusals() + questions()]
    assert len(set(names)) == len(names)


def test_every_question_of_the_screen_is_in_the_table_and_none_besides() -> None:
    assert titles(device_trees()) == {policy.name for policy in questions()}


def judged_by(text: str) -> tuple[set[str], bool]:
    """(strings in a test file, whether it also holds something that passes).

    What passes is an honest run behind each refusal, or a test that names no refusal at all.
    """
    names = {policy.name for policy in refusals()}
    strings: set[str] = set()
    passes = "tests.attack.scaffold" in text
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            inside = {
                one.value
                for one in ast.walk(node)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
            passes = passes or not inside & names
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.add(node.value)
    return strings, passes


def test_every_rule_has_a_test_that_trips_it_beside_one_that_passes() -> None:
    here = {"test_policies.py", "test_tags.py", "policy_sources.py"}
    seen: set[str] = set()
    shown = ""
    # The scripted owner reads the words that are asked about under their title.
    owner = ROOT / "host" / "stanchion" / "emulator" / "presser.py"
    for path in [owner, *(ROOT / "tests").rglob("*.py")]:
        if path.name in here:
            continue
        text = path.read_text()
        shown += text
        strings, passes = judged_by(text)
        if passes:
            seen |= strings
    lacking = [
        policy.name
        for policy in device_policies()
        if policy.name not in (seen if policy.severity == "refuse" else shown)
    ]
    assert not lacking


def test_the_page_of_policies_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.unit.policy_sources"
