"""Which files are written from the method table, and what each must hold."""

from __future__ import annotations

from pathlib import Path

from stanchion.wiredocs import cddl, commands, markdown


def generated_files(root: Path) -> dict[str, str]:
    """Path from the root of the repository -> text. The prose of the page is kept."""
    page = root / "docs" / "protocol.md"
    return {
        "shared/wire/stanchion.cddl": cddl.render(),
        "host/stanchion/device/shapes.py": commands.render_shapes(),
        "host/stanchion/device/commands.py": commands.render_commands(),
        "docs/protocol.md": markdown.render(page.read_text()),
    }
