"""The assemblers write the opcodes of ARM's manuals and refuse what a processor cannot execute.

Expected opcodes: ARMv6-M and ARMv7-M architecture reference manuals, instruction descriptions.
"""

import pytest

from tools.kernels import thumb, vm_assembler

NARROW = {
    "movs r3, #0": 0x2300,
    "movs r1, r2": 0x0011,
    "mov r8, r0": 0x4680,
    "adds r1, r2, r3": 0x18D1,
    "adds r1, #200": 0x31C8,
    "subs r1, r2, #7": 0x1FD1,
    "adcs r5, r1": 0x414D,
    "sbcs r5, r5, r1": 0x418D,
    "muls r0, r1": 0x4348,
    "ands r1, r2, r1": 0x4011,
    "eors r1, r2": 0x4051,
    "bics r1, r2": 0x4391,
    "mvns r1, r2": 0x43D1,
    "rsbs r1, r2, #0": 0x4251,
    "lsls r1, r2, #16": 0x0411,
    "lsrs r1, r2, #16": 0x0C11,
    "lsrs r1, r1, r2": 0x40D1,
    "cmp r3, #4": 0x2B04,
    "ldr r0, [r1, #124]": 0x6FC8,
    "str r0, [sp, #32]": 0x9008,
    "ldrb r5, [r4, #1]": 0x7865,
    "ldr r0, [r1, r2]": 0x5888,
    "ldmia r1!, {r2-r5}": 0xC93C,
    "stmia r0!, {r4-r7}": 0xC0F0,
    "push {r4-r7, lr}": 0xB5F0,
    "pop {r4-r7, pc}": 0xBDF0,
    "sub sp, #52": 0xB08D,
    "add r3, sp, #72": 0xAB12,
    "add r0, r9": 0x4448,
    "rev r1, r2": 0xBA11,
    "uxtb r5, r3": 0xB2DD,
    "bx lr": 0x4770,
}
WIDE = {
    "push {r4-r11, lr}": [0xE92D, 0x4FF0],
    "pop {r4-r11, pc}": [0xE8BD, 0x8FF0],
    "add r0, r3, r6, lsl #5": [0xEB03, 0x1046],
    "adcs r7, r7, r12": [0xEB57, 0x070C],
    "adcs r6, r6, #0": [0xF156, 0x0600],
    "sbc r0, r0, r0": [0xEB60, 0x0000],
    "mov r0, #0": [0xF04F, 0x0000],
    "movw r12, #977": [0xF240, 0x3CD1],
    "ldr r12, [r2, #12]": [0xF8D2, 0xC00C],
    "ldmia r1, {r4-r11}": [0xE891, 0x0FF0],
    "stmia r0, {r4-r11}": [0xE880, 0x0FF0],
    "ldr r3, [r4], #4": [0xF854, 0x3B04],
    "ldrd r0, r1, [r1, #8]": [0xE9D1, 0x0102],
    "umull r4, r5, r0, r3": [0xFBA0, 0x4503],
    "umaal r4, r5, r0, r3": [0xFBE0, 0x4563],
    "mla r4, r0, r11, r4": [0xFB00, 0x440B],
    "mul r1, r0, r3": [0xFB00, 0xF103],
    "ubfx r0, r3, #8, #8": [0xF3C3, 0x2007],
    "asr r1, r1, #31": [0xEA4F, 0x71E1],
    "tbh [pc, r5]": [0xE8DF, 0xF015],
}


def assembled(text: str, wide: bool = True) -> list[int]:
    assembler = thumb.Assembler(wide)
    assembler.source(text)
    return assembler.halfwords()


@pytest.mark.parametrize("statement", NARROW)
def test_instruction_of_every_cortex_m_has_its_16_bit_opcode(statement: str) -> None:
    assert assembled(statement, wide=False) == [NARROW[statement]]


@pytest.mark.parametrize("statement", WIDE)
def test_instruction_of_the_larger_cortex_m_has_its_32_bit_opcode(statement: str) -> None:
    assert assembled(statement) == WIDE[statement]


@pytest.mark.parametrize("statement", WIDE)
def test_refuses_32_bit_instructions_for_a_cortex_m0(statement: str) -> None:
    with pytest.raises(ValueError, match="cannot encode"):
        assembled(statement, wide=False)


def test_branches_reach_labels_before_and_after_them() -> None:
    text = "again:\nb again\nbne after\nbl again\nb.w again\nbeq.w after\nafter:\nbx lr\n"
    assert assembled(text) == [
        0xE7FE,
        0xD105,
        *(0xF7FF, 0xFFFC),
        *(0xF7FF, 0xBFFA),
        *(0xF000, 0x8000),
        0x4770,
    ]


def test_refuses_a_branch_that_is_too_far() -> None:
    with pytest.raises(ValueError, match="too far"):
        assembled("beq far\n" + "movs r0, #0\n" * 200 + "far:\nbx lr\n")


def test_refuses_unknown_instructions_and_labels() -> None:
    with pytest.raises(ValueError, match="cannot encode"):
        assembled("frobnicate r1, r2")
    with pytest.raises(KeyError):
        assembled("b nowhere")


def test_vm_programs_assemble_to_their_four_bytes() -> None:
    program = vm_assembler.Program({"one": 1, "a": 2, "b": 3})
    program.source("start:\na = a * b\na = b\nbit a < b @ 7\nloop 1 start\nend  # done")
    assert program.assemble() == bytes(
        (1, 2, 2, 3, 9, 2, 3, 1, 10, 2, 3, 7, 13, 1, 0, 0, 0, 0, 0, 0)
    )
