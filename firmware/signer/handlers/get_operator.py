"""The pinned operator, as it was enrolled."""


def handle(device, params: dict) -> dict:
    profile = device.require_operator()
    result = profile.fields()
    result["operator_id"] = profile.operator_id
    return result
