"""The SHA-512 block function for every Cortex-M, in 16-bit opcodes.

`compress(state, block, constants)`, contract as in `firmware/secp256k1/sha512_plain.py`. Words are
(low, high) register pairs. The eight working words slide down through the stack: a round writes the
new `a` below the old one and turns `d` into `e` where it stands, so nothing is moved. No branch and
no address depends on the data, and the stack is wiped at the end.
"""

_SLIDE = 64
_FRAME = 64 + _SLIDE

_ENTER = f"""
    push {{r4-r7, lr}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {{r4-r7}}
    sub sp, #{_FRAME}
    mov r8, r0
    mov r9, r1
    mov r10, r2
    mov r7, r1
    movs r6, #160
    lsls r6, r6, #2
    adds r6, r6, r1
    mov r11, r6               @ the end of the 640-byte schedule
    movs r6, #64
schedule:                     @ r7: word t - 16, r6: rounds left
"""
_LEAVE = f"""
    mov r0, r8
    add r1, sp, #{_SLIDE}
    movs r6, #8
accumulate:
    ldr r2, [r0, #0]
    ldr r3, [r0, #4]
    ldmia r1!, {{r4, r5}}
    adds r2, r2, r4
    adcs r3, r5
    stmia r0!, {{r2, r3}}
    subs r6, r6, #1
    bne accumulate
    mov r1, sp
    movs r2, #0
    movs r3, #0
    movs r6, #{_FRAME // 8}
wipe:
    stmia r1!, {{r2, r3}}
    subs r6, r6, #1
    bne wipe
    add sp, #{_FRAME}
    pop {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {{r4-r7, pc}}
"""


def _sigma(rotations: tuple[int, ...], shift: int, target: str, half: int, spare: str) -> str:
    """One half (0 low, 1 high) of the rotations and the shift of the pair r2, r3, combined."""
    pair = ("r2", "r3")
    terms = []
    for count in rotations:
        near, far = (half, 1 - half) if count < 32 else (1 - half, half)
        terms.append(f"lsrs %s, {pair[near]}, #{count % 32}\n")
        terms.append(f"lsls %s, {pair[far]}, #{32 - count % 32}\n")
    if shift:
        terms.append(f"lsrs %s, {pair[half]}, #{shift}\n")
        if half == 0:
            terms.append(f"lsls %s, r3, #{32 - shift}\n")
    text = terms[0].replace("%s", target)
    for term in terms[1:]:
        text += term.replace("%s", spare) + f"eors {target}, {spare}\n"
    return text


_ADD = "adds r0, r0, r4\nadcs r1, r5\n"


def _schedule() -> str:
    """Words 16 .. 79 of the message, behind the sixteen given ones."""
    text = "ldr r0, [r7, #0]\nldr r1, [r7, #4]\nldr r4, [r7, #72]\nldr r5, [r7, #76]\n" + _ADD
    # r6 counts and must survive; it waits in the frame, which is not in use yet.
    text += "str r6, [sp, #0]\n"
    for offset, rotations, shift in ((8, (1, 8), 7), (112, (19, 61), 6)):
        text += f"ldr r2, [r7, #{offset}]\nldr r3, [r7, #{offset + 4}]\n"
        text += _sigma(rotations, shift, "r4", 0, "r6") + _sigma(rotations, shift, "r5", 1, "r6")
        text += _ADD
    text += "mov r4, r7\nadds r4, #128\nstmia r4!, {r0, r1}\nadds r7, #8\n"
    return text + "ldr r6, [sp, #0]\nsubs r6, r6, #1\nbeq rounds\nb schedule\n"


def _start() -> str:
    text = f"rounds:\nmov r0, r8\nadd r1, sp, #{_SLIDE}\n"
    return text + "ldmia r0!, {r2-r5}\nstmia r1!, {r2-r5}\n" * 4 + f"add r6, sp, #{_SLIDE}\n"


def _next_word(pointer: str) -> str:
    return f"mov r7, {pointer}\nldmia r7!, {{r4, r5}}\nmov {pointer}, r7\n" + _ADD


def _round() -> str:
    """r6 points at a; b .. h follow it, eight bytes each."""
    text = "round:\nldr r0, [r6, #56]\nldr r1, [r6, #60]\n" + _next_word("r9") + _next_word("r10")
    text += "ldr r2, [r6, #32]\nldr r3, [r6, #36]\n"
    text += _sigma((14, 18, 41), 0, "r4", 0, "r7") + _sigma((14, 18, 41), 0, "r5", 1, "r7") + _ADD
    text += "ldr r4, [r6, #40]\nldr r5, [r6, #48]\neors r4, r5\nands r4, r2\neors r4, r5\n"
    text += "ldr r5, [r6, #44]\nldr r7, [r6, #52]\neors r5, r7\nands r5, r3\neors r5, r7\n" + _ADD
    text += "ldr r2, [r6, #24]\nldr r3, [r6, #28]\nadds r2, r2, r0\nadcs r3, r1\n"
    text += "str r2, [r6, #24]\nstr r3, [r6, #28]\nldr r2, [r6, #0]\nldr r3, [r6, #4]\n"
    text += _sigma((28, 34, 39), 0, "r4", 0, "r7") + _sigma((28, 34, 39), 0, "r5", 1, "r7") + _ADD
    text += "ldr r4, [r6, #8]\nmov r5, r4\nands r4, r2\norrs r5, r2\nldr r7, [r6, #16]\n"
    text += "ands r5, r7\norrs r4, r5\nldr r5, [r6, #12]\nmov r2, r5\nands r5, r3\norrs r2, r3\n"
    text += "ldr r7, [r6, #20]\nands r2, r7\norrs r5, r2\n" + _ADD
    text += "subs r6, #8\nstr r0, [r6, #0]\nstr r1, [r6, #4]\nmov r7, sp\ncmp r6, r7\n"
    text += "beq slide\nb round\nslide:\n"
    # Eight rounds are done: the words move back up, and the message pointer says whether to go on.
    text += f"mov r0, sp\nadd r1, sp, #{_SLIDE}\n" + "ldmia r0!, {r2-r5}\nstmia r1!, {r2-r5}\n" * 4
    text += f"add r6, sp, #{_SLIDE}\nmov r7, r9\nmov r0, r11\ncmp r7, r0\nbeq finish\nb round\n"
    return text + "finish:\n"


def source() -> str:
    return _ENTER + _schedule() + _start() + _round() + _LEAVE


def xor_source() -> str:
    """`xor_into(target, source)`: 64 bytes each."""
    text = "push {r4-r7, lr}\nmovs r6, #8\nwords:\nldr r2, [r0, #0]\nldr r3, [r0, #4]\n"
    text += "ldmia r1!, {r4, r5}\neors r2, r4\neors r3, r5\nstmia r0!, {r2, r3}\n"
    return text + "subs r6, r6, #1\nbne words\npop {r4-r7, pc}\n"
