"""The signer's modules in this process, on the host's curve."""

import tests.both.conftest  # noqa: F401 - puts the firmware on the path
from tests.batch.conftest import short_collections  # noqa: F401 - a fixture for all tests here
