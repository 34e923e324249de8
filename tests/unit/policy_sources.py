"""What the sources say of refusals and questions: read from the files that a device carries."""

import ast
from pathlib import Path

from stanchion.bundle.sources import board_sources
from wire.policies import Policy, questions, refusals

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "policies.md"
_HEAD = """# What the device refuses, and what it asks

Written by `python -m tests.unit.policy_sources`; do not edit. The table is
`shared/wire/policies.py`, the sentences are those of `shared/arkcore` and `shared/wire`.

A refusal changes nothing but the session, which it ends; "no" and silence on the screen refuse with
`user-refused` and `user-timeout`.

"""


def device_trees() -> dict[Path, ast.Module]:
    """Syntax trees of every source in the bundle of the emulator, its board apart."""
    paths = [
        path for path in board_sources(ROOT, "emulator").values() if "boards" not in path.parts
    ]
    return {path: ast.parse(path.read_text()) for path in paths}


def constants(trees: dict[Path, ast.Module]) -> set[str]:
    """Every string that is written out in the sources."""
    return {
        node.value
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def device_policies() -> list[Policy]:
    """The rules whose tag or title stands in a source of the device."""
    written = constants(device_trees())
    return [policy for policy in refusals() + questions() if policy.name in written]


def titles(trees: dict[Path, ast.Module]) -> set[str]:
    """Titles that the firmware gives to a question, straight or by the name `title`."""
    found: set[str] = set()
    for path, tree in trees.items():
        if "firmware" not in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                place = {"confirm": 0, "_approve_fee": 1}.get(name)
                if place is not None and len(node.args) > place:
                    found |= _outcomes(node.args[place])
            elif isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "title" for target in node.targets
            ):
                found |= _outcomes(node.value)
    return found


def _outcomes(value: ast.expr) -> set[str]:
    """The strings that an expression can be, not those that it compares with."""
    if isinstance(value, ast.IfExp):
        return _outcomes(value.body) | _outcomes(value.orelse)
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return {value.value} if is_text else set()


def page() -> str:
    """The text of docs/policies.md."""
    lines = ["| Stage | Rule | Severity | Meaning |", "|---|---|---|---|"]
    for policy in device_policies():
        name = f"`{policy.name}`" if policy.severity == "refuse" else f'"{policy.name}"'
        lines.append(f"| {policy.stage} | {name} | {policy.severity} | {policy.sentence} |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
