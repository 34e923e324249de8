"""The signer's modules in this process, as in tests/batch."""

from tests.batch.conftest import short_collections  # noqa: F401
