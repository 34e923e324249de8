"""Who the device is and what it can take."""

from wire import frame, terms

from signer import version


def handle(device, params: dict) -> dict:
    return {
        "firmware": version.FIRMWARE,
        "board": device.board.NAME,
        "build": version.build(),
        "limits": {
            "frame_body": frame.MAX_BODY,
            "inputs": terms.MAX_INTENT_INPUTS,
            "outputs": terms.MAX_INTENT_OUTPUTS,
            "cosigners": terms.MAX_COSIGNERS,
            "depth": terms.MAX_BRANCH,
        },
        "features": terms.FEATURE_BATCH | terms.FEATURE_BOARDING | terms.FEATURE_EXIT,
        "state": device.state,
        "boot_id": device.boot_id,
    }
