"""Parameters are checked completely before a handler sees them.

Invariant: a value outside its kind or bounds, a missing or an unknown field never reaches the
code that acts on it, and no refusal quotes the value. The records are the protocol's own.
"""

from arkcore.errors import ArkError
from wire import records, terms
from wire.methods import METHODS, method_by_code, method_by_name
from wire.schema import Items, Octets, Record, choice, from_wire, may, need, octets, to_wire, uint

from tests.both.helpers import refusal

COIN = {"kind": 0, "outpoint": bytes(36), "amount_sat": 1000, "index": 5}
OUTPUT = {"kind": 0, "amount_sat": 900, "index": 6}
INTENT = {"inputs": [COIN], "outputs": [OUTPUT], "valid_at": 0, "expire_at": 9}
INTENT_WIRE = {
    0: [{0: 0, 1: bytes(36), 2: 1000, 3: 5}],
    1: [{0: 0, 1: 900, 2: 6}],
    2: 0,
    3: 9,
}
OPEN_INTENT = method_by_name("open_intent").params


def changed(wire, *path_and_value):
    """A deep copy of `wire` with one value set; the last of `path_and_value` is the value."""
    path, value = path_and_value[:-1], path_and_value[-1]
    copy = dict(wire) if isinstance(wire, dict) else list(wire)
    copy[path[0]] = value if len(path) == 1 else changed(copy[path[0]], *path[1:], value)
    return copy


def check(tag, *path_and_value):
    wrong = changed(INTENT_WIRE, *path_and_value)
    assert refusal(from_wire, OPEN_INTENT, wrong) == tag, path_and_value[:-1]


def detail(function, *args):
    try:
        function(*args)
    except ArkError as error:
        return error.detail
    return ""


def test_names_and_keys_are_two_views_of_one_message():
    assert to_wire(OPEN_INTENT, INTENT) == INTENT_WIRE
    assert from_wire(OPEN_INTENT, INTENT_WIRE) == INTENT


def test_wrong_kinds_are_refused_at_every_depth():
    for value in (None, "1", b"1", [], {}, True, 1.0):
        check("param-type", 2, value)
        check("param-type", 0, 0, 2, value)
    for value in (None, "x" * 36, 36, [], {}):
        check("param-type", 0, 0, 1, value)
    for value in (None, {}, 5, b"", "abc"):
        check("param-type", 0, value)
        check("param-type", 0, 0, [])
    assert refusal(from_wire, OPEN_INTENT, []) == "param-type"


def test_bounds_are_inclusive():
    most = records.AMOUNT_SAT.high
    assert most == 2_100_000_000_000_000
    from_wire(OPEN_INTENT, changed(INTENT_WIRE, 0, 0, 2, most))
    check("param-bounds", 0, 0, 2, most + 1)
    check("param-bounds", 0, 0, 1, bytes(35))
    check("param-bounds", 0, 0, 1, bytes(37))
    check("param-bounds", 0, 0, 0, 2)
    check("param-bounds", 0, [])
    from_wire(OPEN_INTENT, changed(INTENT_WIRE, 0, INTENT_WIRE[0] * 16))
    check("param-bounds", 0, INTENT_WIRE[0] * 17)
    check("param-bounds", 2, 1 << 63)


def test_a_choice_is_not_a_range():
    fields = (need("word_count", 0, choice(12, 24)),)
    assert from_wire(fields, {0: 24}) == {"word_count": 24}
    assert refusal(from_wire, fields, {0: 18}) == "param-bounds"


def test_cosigner_keys_come_in_steps_of_33_bytes():
    fields = method_by_name("feed_cosigners").params
    from_wire(fields, {0: 1, 1: bytes(66)})
    assert refusal(from_wire, fields, {0: 1, 1: bytes(67)}) == "param-bounds"
    assert refusal(from_wire, fields, {0: 1, 1: b""}) == "param-bounds"
    assert refusal(from_wire, fields, {0: 1, 1: bytes(33 * 65)}) == "param-bounds"


def test_text_that_the_screen_cannot_show_is_refused():
    fields = method_by_name("hello").params
    for text in ("a\nb", "\x00", "\x7f", "\u00e4", "\u202eevil", "\x1b[2J"):
        assert refusal(from_wire, fields, {0: 1, 1: 1, 2: text}) == "param-bounds", text
    from_wire(fields, {0: 1, 1: 1, 2: " ~"})
    assert refusal(from_wire, fields, {0: 1, 1: 1, 2: ""}) == "param-bounds"
    assert refusal(from_wire, fields, {0: 1, 1: 1, 2: "x" * 33}) == "param-bounds"


def test_missing_and_unknown_fields_are_refused():
    for key in range(4):
        wire = {other: INTENT_WIRE[other] for other in INTENT_WIRE if other != key}
        assert refusal(from_wire, OPEN_INTENT, wire) == "param-missing"
    check("param-unknown", 4, 0)
    check("param-unknown", 0, 0, 4, 0)
    check("param-unknown", 1, 0, "kind", 0)
    assert refusal(to_wire, OPEN_INTENT, dict(INTENT, extra=1)) == "param-unknown"


def test_optional_fields_may_be_absent():
    fields = (may("a", 0, uint(5)), need("b", 1, uint(5)))
    assert from_wire(fields, {1: 2}) == {"b": 2}
    assert to_wire(fields, {"a": 1, "b": 2}) == {0: 1, 1: 2}
    assert refusal(from_wire, fields, {0: 9, 1: 2}) == "param-bounds"


def test_the_detail_is_a_path_and_never_a_value():
    wrong = changed(INTENT_WIRE, 0, 0, 1, b"secret secret secret")
    assert detail(from_wire, OPEN_INTENT, wrong) == "inputs[0].outpoint: 20 not in 36..36"
    assert "secret" not in detail(from_wire, OPEN_INTENT, changed(INTENT_WIRE, 2, "secret"))
    assert detail(from_wire, OPEN_INTENT, changed(INTENT_WIRE, 2, "secret")) == "valid_at"


def test_codes_and_names_are_unique_and_rise():
    codes = [method.code for method in METHODS]
    assert codes == sorted(set(codes))
    assert len({method.name for method in METHODS}) == len(METHODS)
    for method in METHODS:
        assert method_by_code(method.code) is method and method_by_name(method.name) is method
    assert refusal(method_by_code, 0) == "method-unknown"
    assert refusal(method_by_name, "sign_anything") == "method-unknown"


def inner(kind):
    """The kind of the items of a list, however deep."""
    while isinstance(kind, Items):
        kind = kind.item
    return kind


def keys_rise(fields):
    keys = [field.key for field in fields]
    assert keys == list(range(len(fields))) or keys == [9], keys
    for field in fields:
        kind = inner(field.kind)
        if isinstance(kind, Record):
            keys_rise(kind.fields)


def test_keys_of_every_record_count_up_from_zero():
    for method in METHODS:
        keys_rise(method.params)
        keys_rise(method.result)


def largest(kind):
    """Bytes of the longest encoding that `kind` allows."""
    if isinstance(kind, Items):
        return 3 + kind.high * largest(kind.item)
    if isinstance(kind, Record):
        return largest_record(kind.fields)
    if isinstance(kind, Octets):
        return 3 + kind.high
    if kind.high <= 255:
        return 3 + kind.high if type(kind).__name__ == "Text" else 2
    return 9


def largest_record(fields):
    return 2 + sum(1 + largest(field.kind) for field in fields)


def test_every_message_within_its_bounds_fits_one_frame():
    for method in METHODS:
        for fields in (method.params, method.result):
            assert largest_record(fields) + 16 <= 4096, (method.name, largest_record(fields))


def fields_of_32_bytes(fields):
    names = []
    for field in fields:
        kind = inner(field.kind)
        if isinstance(kind, Record):
            names += fields_of_32_bytes(kind.fields)
        elif isinstance(kind, Octets) and kind.low == kind.high == 32:
            names.append(field.name)
    return names


def test_no_request_can_carry_a_digest_to_be_signed():
    # I3: the host gives facts. The only 32 bytes that it sends are randomness for a new seed, and
    # txids that are compared with the device's own.
    found = [name for method in METHODS for name in fields_of_32_bytes(method.params)]
    assert found == ["entropy", "txid", "commitment_txid"]


def test_limits_of_the_table_are_those_of_arkcore():
    from arkcore import branch, connectors

    assert terms.MAX_COSIGNERS == branch.MAX_COSIGNERS
    assert terms.MAX_BRANCH == branch.MAX_DEPTH
    assert terms.MAX_CONNECTOR_DEPTH == connectors.MAX_CONNECTOR_DEPTH
    assert octets(3).high == 3
