"""The frame decoder finds every whole frame again, whatever surrounds it.

Invariant: garbage, damage and silence cost the frame that they hit and no other. The fixed frame
was computed from the layout in docs/protocol.md with a bitwise CRC-32 of its own.
"""

from wire import frame
from wire.frame import FrameDecoder, encode_frame

from tests.both.helpers import hexed, refusal

A = encode_frame(frame.REQUEST, 1, b"first body")
B = encode_frame(frame.REPLY, 2, b"")
C = encode_frame(frame.EVENT, 0xFFFF, bytes(range(256)))


def decoded(data, step=0, now_ms=5):
    decoder = FrameDecoder()
    frames = []
    step = step or len(data) or 1
    for at in range(0, len(data), step):
        frames += decoder.feed(data[at : at + step], now_ms)
    return [(f.type, f.sequence, f.body) for f in frames], decoder


def bodies(data, step=0):
    return [body for _, _, body in decoded(data, step)[0]]


def test_the_layout_is_what_the_protocol_page_says():
    ping = encode_frame(frame.PING, 0x0102, b"\xaa")
    assert ping == hexed("ab5d" + "04" + "00" + "0201" + "0100" + "2f7d" + "aa" + "b877fd56")


def test_frames_come_out_whole_however_the_bytes_arrive():
    want = [
        (frame.REQUEST, 1, b"first body"),
        (frame.REPLY, 2, b""),
        (frame.EVENT, 0xFFFF, bytes(range(256))),
    ]
    for step in (0, 1, 2, 3, 7, 9, 10, 11, 64):
        assert decoded(A + B + C, step)[0] == want, step


def test_garbage_between_frames_costs_nothing():
    for garbage in (b"", b"\xab", b"\x5d", b"\xab\x5d", b"\xab\xab", b"\r\n>>> ", bytes(9000)):
        assert bodies(garbage + A + garbage + B + garbage + C) == bodies(A + B + C), garbage


def test_a_false_header_costs_its_own_two_bytes():
    for length in (b"\x00\x00", b"\xff\x0f", b"\xff\xff"):
        false = frame.MAGIC + b"\x01\x00\x00\x00" + length + b"\x00\x00"
        assert bodies(false + A) == [b"first body"], length
    assert bodies(frame.MAGIC * 40 + A) == [b"first body"]


def test_a_frame_inside_a_damaged_one_is_found():
    damaged = bytearray(encode_frame(frame.REQUEST, 9, A))
    damaged[-1] ^= 1
    frames, decoder = decoded(bytes(damaged) + B)
    assert [f[2] for f in frames] == [b"first body", b""]
    assert [(f.tag, f.sequence) for f in decoder.take_faults()] == [("frame-crc", 9)]
    assert decoder.take_faults() == []


def test_a_frame_inside_a_whole_one_is_only_a_body():
    assert bodies(encode_frame(frame.REQUEST, 9, A)) == [A]


def test_every_truncation_loses_one_frame_and_not_the_next():
    for cut in range(1, len(A)):
        decoder = FrameDecoder()
        assert decoder.feed(A[:cut], 0) == []
        frames = decoder.feed(b"", 250) + decoder.feed(B, 260)
        assert [f.body for f in frames] == [b""], cut


def test_a_truncated_frame_followed_at_once_is_sorted_out_by_silence():
    for cut in range(1, len(C)):
        decoder = FrameDecoder()
        frames = decoder.feed(C[:cut] + A + B, 0)
        frames += decoder.feed(b"", 300)
        assert [f.body for f in frames] == [b"first body", b""], cut
        assert decoder.pending() == 0


def test_silence_is_measured_from_the_last_byte():
    decoder = FrameDecoder()
    for at in range(len(A)):
        frames = decoder.feed(A[at : at + 1], at * 249)
    assert [f.body for f in frames] == [b"first body"]


def test_a_clock_that_wraps_or_steps_back_drops_nothing():
    decoder = FrameDecoder()
    assert decoder.feed(A[:9], 0x3FFFFFFF) == []
    assert decoder.feed(A[9:12], 100) == []
    assert decoder.feed(A[12:14], 90) == []
    assert [f.body for f in decoder.feed(A[14:], 100)] == [b"first body"]


def test_a_stale_frame_is_reported_with_its_sequence():
    decoder = FrameDecoder()
    decoder.feed(C[:-1], 0)
    decoder.feed(b"", 249)
    assert decoder.take_faults() == []
    decoder.feed(b"", 250)
    assert [(f.tag, f.sequence) for f in decoder.take_faults()] == [("frame-timeout", 0xFFFF)]


def test_unknown_types_and_flags_are_skipped_as_a_whole():
    for offset, tag in ((2, "frame-type"), (3, "frame-flags")):
        changed = rebuilt(A, offset, 0x70)
        frames, decoder = decoded(changed + B)
        assert [f[2] for f in frames] == [b""]
        assert [f.tag for f in decoder.take_faults()] == [tag]


def rebuilt(data, offset, value):
    """`data` with one header byte changed and both checks made right again."""
    import struct
    from binascii import crc32

    changed = bytearray(data[:-4])
    changed[offset] = value
    changed[8:10] = struct.pack("<H", crc32(bytes(changed[:8])) & 0xFFFF)
    return bytes(changed) + struct.pack("<I", crc32(bytes(changed)))


def test_a_length_over_the_limit_is_refused_before_any_wait():
    # 0x1001 = 4097
    too_long = rebuilt(rebuilt(A, 6, 0x01), 7, 0x10)
    frames, decoder = decoded(too_long[:10] + B)
    assert [f[2] for f in frames] == [b""]
    assert [f.tag for f in decoder.take_faults()] == ["frame-length"]


def test_the_largest_body_passes_and_one_more_byte_is_not_sent():
    body = bytes(range(256)) * 16
    assert bodies(encode_frame(frame.REPLY, 0, body) + B, 100) == [body, b""]
    assert refusal(encode_frame, frame.REPLY, 0, body + b"x") == "frame-length"
    assert refusal(encode_frame, 0, 0, b"") == "frame-type"
    assert refusal(encode_frame, 8, 0, b"") == "frame-type"


def test_every_flipped_bit_loses_that_frame_alone():
    for bit in range(len(A) * 8):
        flipped = bytearray(A)
        flipped[bit // 8] ^= 1 << (bit % 8)
        decoder = FrameDecoder()
        frames = decoder.feed(bytes(flipped) + B, 0) + decoder.feed(b"", 250)
        assert [f.body for f in frames] == [b""], bit


def test_faults_are_remembered_up_to_eight():
    bad = bytearray(B)
    bad[-1] ^= 1
    _, decoder = decoded(bytes(bad) * 20)
    assert len(decoder.take_faults()) == 8
