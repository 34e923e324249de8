"""Compiled firmware: what goes onto a board, or into the emulator."""

from stanchion.bundle.build import build_bundle, ensure_bundle, project_root
from stanchion.bundle.manifest import Manifest, read_manifest
from stanchion.bundle.sources import BundleError

__all__ = [
    "BundleError",
    "Manifest",
    "build_bundle",
    "ensure_bundle",
    "project_root",
    "read_manifest",
]
