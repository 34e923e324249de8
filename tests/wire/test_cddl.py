"""Host, device and the CDDL file agree on what a message is.

Invariant: one table, three readers. Messages come from the table's own kinds; the host encodes
with cbor2, the device with `wire.cbor`; wrong messages are right ones changed in one spot.
"""

from typing import Any

import cbor2
import pytest
from arkcore.errors import ArkError
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import cbor
from wire.errors import WIRE_ERRORS, WireError
from wire.methods import CANCEL, ERROR, EVENTS, LINK_ERROR, METHODS
from wire.schema import Field, from_wire, to_wire
from wire.session import encode_error

from tests.wire.cddl import allows
from tests.wire.mutations import FOREIGN_KEY, mutations
from tests.wire.strategies import named

Fields = tuple[Field, ...]
RULES: dict[str, Fields] = {
    "cancel": CANCEL,
    "link-error": LINK_ERROR,
    "error": ERROR,
    **{f"{m.name.replace('_', '-')}-params": m.params for m in METHODS},
    **{f"{m.name.replace('_', '-')}-result": m.result for m in METHODS},
    **{f"{name.replace('_', '-')}-data": fields for _, name, fields in EVENTS},
}
EXAMPLES = settings(max_examples=15, deadline=None)


def canonical(value: object) -> bytes:
    return cbor2.dumps(value, canonical=True)


def refused_by_schema(fields: Fields, message: Any) -> bool:
    try:
        from_wire(fields, message)
    except ArkError:
        return True
    return False


def holds_foreign_key_in_list(message: Any, in_list: bool = False) -> bool:
    """The CDDL library overlooks foreign keys in arrays, and beside fields that may be absent."""
    if isinstance(message, dict):
        here = in_list and FOREIGN_KEY in message
        return here or any(holds_foreign_key_in_list(item, in_list) for item in message.values())
    if isinstance(message, list):
        return any(holds_foreign_key_in_list(item, True) for item in message)
    return False


@pytest.mark.parametrize("rule", RULES)
def test_both_encoders_give_the_same_bytes_and_the_cddl_allows_them(rule: str) -> None:
    @EXAMPLES
    @given(named(RULES[rule]))
    def check(values: dict[str, Any]) -> None:
        message = to_wire(RULES[rule], values)
        encoded = cbor.encode(message)
        assert encoded == canonical(message)
        assert allows(rule, encoded)
        assert from_wire(RULES[rule], cbor.decode(encoded)) == values

    check()


@pytest.mark.parametrize("rule", RULES)
def test_schema_and_cddl_refuse_the_same_messages(rule: str) -> None:
    only_optional = not any(field.required for field in RULES[rule])

    @settings(max_examples=3, deadline=None)
    @given(named(RULES[rule]))
    def check(values: dict[str, Any]) -> None:
        for wrong in mutations(to_wire(RULES[rule], values)):
            refused = refused_by_schema(RULES[rule], wrong)
            foreign = isinstance(wrong, dict) and FOREIGN_KEY in wrong
            if holds_foreign_key_in_list(wrong) or (only_optional and foreign):
                assert refused, wrong
            else:
                assert allows(rule, canonical(wrong)) is not refused, wrong

    check()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_whole_requests_and_replies_follow_the_rule_of_their_method_alone(method: Any) -> None:
    name = method.name.replace("_", "-")

    @settings(max_examples=5, deadline=None)
    @given(named(method.params), named(method.result), st.integers(1, 2**32 - 1))
    def check(params: dict[str, Any], result: dict[str, Any], request_id: int) -> None:
        request = canonical({0: request_id, 1: method.code, 2: to_wire(method.params, params)})
        reply = canonical({0: request_id, 1: to_wire(method.result, result)})
        assert allows(f"{name}-request", request) and allows("request", request)
        assert allows(f"{name}-reply", reply) and allows("reply", reply)
        assert not allows(f"{name}-reply", request)
        others = [other for other in METHODS if other is not method]
        assert not any(allows(f"{m.name.replace('_', '-')}-request", request) for m in others)

    check()


@pytest.mark.parametrize("tag", [tag for tag, _, _ in WIRE_ERRORS])
def test_every_wire_error_makes_a_refusal_that_the_cddl_allows(tag: str) -> None:
    error = WireError(tag, "detail \u2713 \n" + "x" * 300)
    assert allows("refusal", encode_error(7, error, 1))
    assert allows("unread", encode_error(0, error, 1))
    assert not allows("refusal", encode_error(0, error, 1))


@pytest.mark.parametrize("kind_name_fields", EVENTS, ids=lambda event: event[1])
def test_events_follow_their_rule(kind_name_fields: tuple[int, str, Fields]) -> None:
    kind, name, fields = kind_name_fields

    @EXAMPLES
    @given(named(fields))
    def check(data: dict[str, Any]) -> None:
        body = cbor.encode({3: kind, 4: to_wire(fields, data)})
        assert allows(f"{name.replace('_', '-')}-event", body) and allows("event", body)
        assert not allows("event", cbor.encode({3: 9, 4: to_wire(fields, data)}))

    check()
