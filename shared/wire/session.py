"""The device's side of one link session: request bytes in, reply bytes out.

Knows ids, retries, methods, states and schemas, and nothing of what the methods do. Order of the
checks: CBOR profile, shape of the message, id, method, hello, device state, parameters, handler.
"""

import hashlib

from wire import cbor, terms
from wire.errors import WireError, classify
from wire.methods import ERROR, HELLO_CODE, Method, method_by_code
from wire.schema import from_wire, to_wire

_MAX_ID = 0xFFFFFFFF
_DETAIL_MAX = 128
_REQUEST_KEYS = (0, 1, 2)


def parse_request(body: bytes) -> "tuple[int, int, dict[object, object]]":
    """(id, method code, parameter map). Raises WireError `cbor-encoding`, `message-shape`."""
    message = cbor.decode(body)
    if not isinstance(message, dict) or sorted(message) != list(_REQUEST_KEYS):
        raise WireError("message-shape", "not a request")
    request_id, code, params = message[0], message[1], message[2]
    if type(request_id) is not int or not 0 < request_id <= _MAX_ID:
        raise WireError("message-shape", "id")
    if type(code) is not int or not isinstance(params, dict):
        raise WireError("message-shape", "method or parameters")
    return request_id, code, params


def printable(detail: str) -> str:
    """`detail` as an error reply may carry it: ASCII, at most 128 characters."""
    return "".join(c if " " <= c <= "~" else "?" for c in detail[:_DETAIL_MAX])


def encode_result(request_id: int, method: Method, result: "dict[object, object]") -> bytes:
    """A reply that says yes. A result that is not what the table promises is `internal`."""
    try:
        return cbor.encode({0: request_id, 1: to_wire(method.result, result)})
    except WireError as error:
        raise WireError("internal", "result of %s: %s" % (method.name, error))


def is_error(reply: bytes) -> bool:
    """Whether this encoded reply says no."""
    message = cbor.decode(reply)
    return isinstance(message, dict) and 2 in message


def check_version(hello: "dict[object, object]") -> None:
    """Raises WireError `version-unsupported` unless the host's range holds our version."""
    low, high = hello["min_version"], hello["max_version"]
    if not isinstance(low, int) or not isinstance(high, int):
        raise WireError("param-type", "version")
    if not low <= terms.VERSION <= high:
        raise WireError("version-unsupported", "device speaks %d" % terms.VERSION)


def encode_error(request_id: int, error: Exception, stage: int) -> bytes:
    """A reply that says no. `request_id` is 0 when the request could not be read."""
    code, tag, retry, detail = classify(error)
    values = {
        "code": code,
        "tag": tag,
        "stage": stage,
        "retry": retry,
        "detail": printable(detail),
    }
    return cbor.encode({0: request_id, 2: to_wire(ERROR, values)})


def busy_reply(body: bytes) -> bytes:
    """The reply to a request that arrives while another one is at work."""
    request_id = 0
    try:
        request_id = parse_request(body)[0]
        raise WireError("busy")
    except WireError as error:
        return encode_error(request_id, error, terms.STAGE_MESSAGE)


class Runner:
    """What the application puts behind the session: it does the work and knows the device state."""

    def device_state(self) -> int:
        """One of `terms.STATE_*`."""
        raise NotImplementedError

    def run(self, name: str, params: "dict[object, object]") -> "dict[object, object]":
        """Carry out one checked request; both dicts are keyed by the field names of the table.

        A refusal is an ArkError that has changed nothing. `hello` need not give `version`.
        """
        raise NotImplementedError


class DeviceSession:
    """Handles one request at a time and keeps the last reply for a host that lost it."""

    __slots__ = ("_runner", "_greeted", "_last_id", "_last_digest", "_last_reply")

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._greeted = False
        self._last_id = 0
        self._last_digest = b""
        self._last_reply = b""

    @property
    def last_id(self) -> int:
        """Id of the request at work, or of the last one; 0 before the first."""
        return self._last_id

    def handle(self, body: bytes) -> bytes:
        """The reply to one request. Every refusal becomes an error reply."""
        request_id = 0
        digest = hashlib.sha256(body).digest()
        try:
            request_id, code, params = parse_request(body)
            if code != HELLO_CODE:
                stored = self._check_id(request_id, digest)
                if stored:
                    return stored
        except (WireError, MemoryError) as error:
            return encode_error(request_id, error, terms.STAGE_MESSAGE)
        if code == HELLO_CODE:
            return self._greet(request_id, digest, params)
        self._last_id = request_id
        self._last_digest = digest
        # Cleared while the handler runs: a request that never came to an end has no reply to give.
        self._last_reply = b""
        self._last_reply = self._answer(request_id, code, params)
        return self._last_reply

    def is_at_work(self, body: bytes) -> bool:
        """Whether `body` is, byte for byte, the request that is being carried out."""
        return hashlib.sha256(body).digest() == self._last_digest

    def _check_id(self, request_id: int, digest: bytes) -> bytes:
        """The stored reply of a repeated request, or b"" for a new one."""
        if not self._greeted:
            raise WireError("hello-first")
        if request_id > self._last_id:
            return b""
        # Without this, a frame that was delayed or replayed could make the device act twice.
        if digest != self._last_digest:
            raise WireError("request-replayed", "last id is %d" % self._last_id)
        if not self._last_reply:
            raise WireError("internal", "request was interrupted")
        return self._last_reply

    def _greet(self, request_id: int, digest: bytes, params: "dict[object, object]") -> bytes:
        """`hello` opens a new session; one that is refused leaves the old session as it was."""
        reply = self._answer(request_id, HELLO_CODE, params)
        if not is_error(reply):
            self._greeted = True
            self._last_id = request_id
            self._last_digest = digest
            self._last_reply = reply
        return reply

    def _answer(self, request_id: int, code: int, params: "dict[object, object]") -> bytes:
        stage = terms.STAGE_MESSAGE
        try:
            method = method_by_code(code)
            if self._runner.device_state() not in method.states:
                raise WireError("state-wrong", method.name)
            values = from_wire(method.params, params)
            if code == HELLO_CODE:
                check_version(values)
            stage = method.stage
            result = self._runner.run(method.name, values)
            if code == HELLO_CODE:
                result["version"] = terms.VERSION
            return encode_result(request_id, method, result)
        except Exception as error:  # noqa: BLE001 - the host must get a reply to whatever happens
            return encode_error(request_id, error, stage)
