"""Bytes of any kind neither confuse nor stop the decoders.

Invariant: a frame that was damaged is lost alone; a CBOR value has one encoding, so that no change
of its bytes goes unnoticed. Properties, no vectors; cbor2 is the independent reader.
"""

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import cbor, frame
from wire.errors import WireError
from wire.frame import MAGIC, FrameDecoder, encode_frame

from tests.wire.strategies import CBOR_VALUES

FRAMES = st.tuples(st.sampled_from(frame.TYPES), st.integers(0, 0xFFFF), st.binary(max_size=80))
# Plain noise would hardly ever hold a magic; this noise is full of them.
NOISE = st.lists(
    st.binary(max_size=20) | st.sampled_from([MAGIC, MAGIC[:1], MAGIC[1:], MAGIC + bytes(8)]),
    max_size=6,
).map(b"".join)
MANY = settings(max_examples=150, deadline=None)


def received(*chunks: bytes) -> list[tuple[int, int, bytes]]:
    """Frames out of the chunks, and then out of a second of silence."""
    decoder = FrameDecoder()
    frames = []
    for chunk in chunks:
        frames += decoder.feed(chunk, 0)
    frames += decoder.feed(b"", 1000)
    assert decoder.pending() == 0
    return [(f.type, f.sequence, f.body) for f in frames]


def encoded(frames: list[tuple[int, int, bytes]]) -> list[bytes]:
    return [encode_frame(*parts) for parts in frames]


@MANY
@given(st.lists(FRAMES, max_size=5), st.data())
def test_noise_between_frames_costs_no_frame(
    frames: list[tuple[int, int, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(data.draw(NOISE) + part for part in encoded(frames)) + data.draw(NOISE)
    assert received(stream) == frames


@MANY
@given(st.lists(FRAMES, min_size=1, max_size=4), st.lists(st.integers(0, 500), max_size=8))
def test_frames_do_not_depend_on_how_the_stream_is_cut(
    frames: list[tuple[int, int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(encoded(frames))
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert received(*(stream[a:b] for a, b in zip(edges, edges[1:], strict=False))) == frames


@MANY
@given(FRAMES, FRAMES, FRAMES, st.data())
def test_noise_inside_a_frame_costs_that_frame_alone(
    before: Any, hit: Any, after: Any, data: st.DataObject
) -> None:
    whole = encode_frame(*hit)
    at = data.draw(st.integers(1, len(whole) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=30))
    stream = encode_frame(*before) + whole[:at] + noise + whole[at:] + encode_frame(*after)
    frames = received(stream)
    assert frames[0] == before and frames[-1] == after
    assert all(found in (before, hit, after) for found in frames)


@MANY
@given(FRAMES, FRAMES, st.data())
def test_a_flipped_bit_never_passes(hit: Any, after: Any, data: st.DataObject) -> None:
    damaged = bytearray(encode_frame(*hit))
    bit = data.draw(st.integers(0, len(damaged) * 8 - 1))
    damaged[bit // 8] ^= 1 << (bit % 8)
    assert received(bytes(damaged) + encode_frame(*after)) == [after]


@MANY
@given(FRAMES, FRAMES, st.data())
def test_lost_bytes_cost_one_frame(hit: Any, after: Any, data: st.DataObject) -> None:
    whole = encode_frame(*hit)
    start = data.draw(st.integers(0, len(whole) - 1))
    stop = data.draw(st.integers(start + 1, len(whole)))
    assert received(whole[:start] + whole[stop:] + encode_frame(*after)) == [after]


@MANY
@given(st.binary(max_size=6000), FRAMES)
def test_the_decoder_holds_at_most_one_frame_of_noise(noise: bytes, after: Any) -> None:
    decoder = FrameDecoder()
    decoder.feed(noise, 0)
    assert decoder.pending() <= frame.MAX_FRAME
    frames = decoder.feed(b"", 1000) + decoder.feed(encode_frame(*after), 1001)
    assert (frames[-1].type, frames[-1].sequence, frames[-1].body) == after


@MANY
@given(CBOR_VALUES)
def test_values_survive_and_match_cbor2(value: Any) -> None:
    encoded_value = cbor.encode(value)
    assert encoded_value == cbor2.dumps(value, canonical=True)
    assert cbor.decode(encoded_value) == value


@MANY
@given(CBOR_VALUES, st.data())
def test_a_changed_byte_is_refused_or_is_another_value_in_its_own_form(
    value: Any, data: st.DataObject
) -> None:
    changed = bytearray(cbor.encode(value))
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    check_refused_or_canonical(bytes(changed))


@MANY
@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_canonical(body: bytes) -> None:
    check_refused_or_canonical(body)


def check_refused_or_canonical(body: bytes) -> None:
    try:
        value = cbor.decode(body)
    except WireError as error:
        assert error.tag == "cbor-encoding"
    else:
        assert cbor.encode(value) == body
        assert cbor2.loads(body) == value


@pytest.mark.parametrize("bits", [8, 16])
def test_every_short_input_is_refused_or_canonical(bits: int) -> None:
    for number in range(1 << bits):
        check_refused_or_canonical(number.to_bytes(bits // 8, "big"))


@MANY
@given(CBOR_VALUES, st.data())
def test_every_truncation_and_extension_is_refused(value: Any, data: st.DataObject) -> None:
    body = cbor.encode(value)
    cut = data.draw(st.integers(0, len(body) - 1))
    for wrong in (body[:cut], body + data.draw(st.binary(min_size=1, max_size=4))):
        with pytest.raises(WireError):
            cbor.decode(wrong)


@MANY
@given(st.binary(max_size=40))
def test_text_is_judged_as_python_judges_utf8(raw: bytes) -> None:
    body = cbor.encode(raw)
    as_text = bytes((body[0] | 0x60,)) + body[1:]
    try:
        expected: str | None = raw.decode()
    except UnicodeDecodeError:
        expected = None
    try:
        assert cbor.decode(as_text) == expected
    except WireError:
        assert expected is None


def test_every_two_and_three_byte_sequence_is_judged_as_python_judges_utf8() -> None:
    for lead in range(0x80, 0x100):
        for second in range(0x00, 0x100, 3):
            for raw in (bytes((lead, second)), bytes((lead, second, 0x80))):
                try:
                    raw.decode()
                    right = True
                except UnicodeDecodeError:
                    right = False
                assert cbor._is_utf8(raw) is right, raw.hex()
