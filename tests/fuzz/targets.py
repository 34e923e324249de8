"""All fuzz targets by name: functions of bytes that raise when something is wrong."""

from tests.fuzz import device, parsers

TARGETS = {**parsers.TARGETS, **device.TARGETS}
