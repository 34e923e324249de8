"""The field VM for Cortex-M4, M7 and M33: 256-bit arithmetic on UMAAL.

Entered with r0 code, r1 memory, r2 table, r3 entry. No branch and no address depends on the
content of a slot, apart from PICK, whose index is public.
"""

# Stack frame: eight words of a product's low half, then these, then eight return addresses.
PC, CODE, MEMORY, TABLE, COUNTER, ORIGIN, RETURN, TARGET, LEFT, REPEAT = range(32, 72, 4)
STACK = 72
FRAME = STACK + 32
_ROW = ["r7", "r8", "r9", "r10", "r11", "r12", "r4", "lr", "r5", "r6"]
_WORDS = ["r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"]

_ENTER = f"""
    push {{r4-r11, lr}}
    sub sp, #{FRAME}
    str r0, [sp, #{CODE}]
    str r1, [sp, #{MEMORY}]
    str r2, [sp, #{TABLE}]
    add r0, r0, r3, lsl #2
    str r0, [sp, #{PC}]
    movs r3, #0
    str r3, [sp, #{COUNTER}]
    str r3, [sp, #{ORIGIN}]
    add r3, sp, #{STACK}
    str r3, [sp, #{RETURN}]
next:                         @ r0, r1: slots d and a; r2: b; r12: memory
    ldr r4, [sp, #{PC}]
    ldr r12, [sp, #{MEMORY}]
    ldr r3, [r4], #4
    str r4, [sp, #{PC}]
    uxtb r5, r3
    ubfx r0, r3, #8, #8
    ubfx r1, r3, #16, #8
    lsrs r2, r3, #24
    add r0, r12, r0, lsl #5
    add r1, r12, r1, lsl #5
    tbh [pc, r5]
    .offsets stop, mul, add, sub, sqr, small, wmul, radd, rsub, cmov, bit, rev, setc, loop, call, \
ret, look, pick, put, get, tbase
stop:
    add sp, #{FRAME}
    pop {{r4-r11, pc}}
"""


def _product() -> str:
    """[r1] times [r2]: low half to the frame, high half to r5-r12. Two rows of `a` at a time."""
    text = f"str r1, [sp, #{LEFT}]\n"
    text += "".join(f"mov {_ROW[j]}, #0\n" for j in range(2, 8))
    for pair in range(4):
        row = [_ROW[(2 * pair + j) % 10] for j in range(10)]
        first, second = row[8], row[9]
        text += f"ldr r1, [sp, #{LEFT}]\n" if pair else ""
        text += f"ldrd r0, r1, [r1, #{8 * pair}]\n"
        if pair:
            text += f"mov {first}, #0\nmov {second}, #0\n"
        for j in range(8):
            # Nothing is there to add to the very first two products.
            multiply = "umaal" if pair or j else "umull"
            text += f"ldr r3, [r2, #{4 * j}]\n{multiply} {row[j]}, {first}, r0, r3\n"
            text += f"{multiply} {row[j + 1] if j < 7 else first}, {second}, r1, r3\n"
        text += f"strd {row[0]}, {row[1]}, [sp, #{8 * pair}]\n"
    return text


def _fold_top() -> str:
    """r4-r11 plus (r1:r0) times 2^256, modulo p; r3 is 977."""
    text = "umull r2, r12, r0, r3\nmla r12, r1, r3, r12\nadds r12, r12, r0\nadc r1, r1, #0\n"
    text += "adds r4, r4, r2\nadcs r5, r5, r12\nadcs r6, r6, r1\n"
    text += "".join(f"adcs {word}, {word}, #0\n" for word in _WORDS[3:])
    # After a second carry the number is tiny, so three words take it.
    return text + (
        "mov r0, #0\nadc r0, r0, #0\nmul r1, r0, r3\n"
        "adds r4, r4, r1\nadcs r5, r5, r0\nadc r6, r6, #0\n"
    )


def _reduce() -> str:
    """The product of `_product` modulo p in r4-r11: high half times 2^32 + 977 onto the low."""
    text = "movw r3, #977\nmov lr, #0\nldr r4, [sp, #0]\numaal r4, lr, r5, r3\n"
    for j in range(1, 8):
        high, word = f"r{5 + j}", f"r{4 + j}"
        text += f"ldr r0, [sp, #{4 * j}]\numaal r0, lr, {high}, r3\n"
        text += f"{'adds' if j == 1 else 'adcs'} {word}, {word}, r0\n"
    return text + "adcs r0, lr, r12\nmov r1, #0\nadc r1, r1, #0\n" + _fold_top()


def _linear(operation: str) -> str:
    """r4-r11 = [r1] + [r2] or [r1] - [r2], flags set; `operation` is add or sub."""
    with_carry = "adc" if operation == "add" else "sbc"
    text = "ldmia r1, {r4-r11}\n"
    for half in range(2):
        text += "ldmia r2!, {r0, r1, r3, r12}\n"
        for j, source in enumerate(("r0", "r1", "r3", "r12")):
            word = _WORDS[4 * half + j]
            name = with_carry if half or j else operation
            text += f"{name}s {word}, {word}, {source}\n"
    return text


def _correct(operation: str) -> str:
    """Adds or takes the carry or borrow in r0 times 2^32 + 977, over all words."""
    with_carry = "adc" if operation == "add" else "sbc"
    text = f"mul r1, r0, r3\n{operation}s r4, r4, r1\n{with_carry}s r5, r5, r0\n"
    return text + "".join(f"{with_carry}s {word}, {word}, #0\n" for word in _WORDS[2:])


def _flag(operation: str) -> str:
    """r0 = carry or borrow as 0 or 1."""
    if operation == "add":
        return "mov r0, #0\nadc r0, r0, #0\n"
    return "sbc r0, r0, r0\nrsb r0, r0, #0\n"


_B = "add r2, r12, r2, lsl #5\n"
_SAVE = f"str r0, [sp, #{TARGET}]\n"
_STORE = f"ldr r0, [sp, #{TARGET}]\nstmia r0, {{r4-r11}}\nb.w next\n"


def _field() -> str:
    text = "mul:\n" + _B + _SAVE + _product() + _reduce() + _STORE
    for operation in ("add", "sub"):
        with_carry = "adc" if operation == "add" else "sbc"
        text += f"{operation}:\n" + _B + _SAVE + _linear(operation) + "movw r3, #977\n"
        text += _flag(operation) + _correct(operation) + _flag(operation)
        text += f"mul r1, r0, r3\n{operation}s r4, r4, r1\n{with_carry} r5, r5, r0\n" + _STORE
    text += "sqr:\n" + _SAVE + f"str r2, [sp, #{REPEAT}]\nmov r2, r1\nsquare:\n"
    text += _product() + _reduce() + f"ldr r1, [sp, #{TARGET}]\nstmia r1, {{r4-r11}}\n"
    text += f"ldr r3, [sp, #{REPEAT}]\nsubs r3, r3, #1\nstr r3, [sp, #{REPEAT}]\n"
    return text + "mov r2, r1\nbne.w square\nb.w next\n" + _small()


def _small() -> str:
    """Times the number in r2. Each step leaves its low word where the carry came in."""
    words = [*_WORDS, "r12", "lr"]
    text = "small:\n" + _SAVE + "ldmia r1, {r6-r12, lr}\nmov r4, #0\n"
    for i in range(8):
        text += f"mov {words[i + 1]}, #0\n" if i == 0 else ""
        text += f"umaal {words[i]}, {words[i + 1]}, {words[i + 2]}, r2\n"
        text += f"mov {words[i + 2]}, #0\n" if i < 7 else ""
    return text + "mov r0, r12\nmov r1, #0\nmovw r3, #977\n" + _fold_top() + _STORE


def _raw() -> str:
    text = "wmul:\n" + _B + _SAVE + _product() + f"ldr r0, [sp, #{TARGET}]\nadd r1, r0, #32\n"
    text += "stmia r1, {r5-r12}\nldmia sp, {r4-r11}\nstmia r0, {r4-r11}\nb.w next\n"
    for name, operation in (("radd", "add"), ("rsub", "sub")):
        text += f"{name}:\n" + _B + _SAVE + _linear(operation) + _flag(operation)
        text += f"ldr r1, [sp, #{TARGET}]\nstmia r1!, {{r4-r11}}\nmov r4, r0\n"
        text += "".join(f"mov {word}, #0\n" for word in _WORDS[1:]) + "stmia r1, {r4-r11}\n"
        text += "b.w next\n"
    return text


def _bits() -> str:
    text = "cmov:\n" + _B + "ldr r2, [r2, #0]\nand r2, r2, #1\nrsb r2, r2, #0\n"
    for _ in range(2):
        text += "ldmia r0, {r4-r7}\nldmia r1!, {r8-r11}\n"
        for j in range(4):
            text += f"eor r{8 + j}, r{8 + j}, r{4 + j}\nand r{8 + j}, r{8 + j}, r2\n"
            text += f"eor r{4 + j}, r{4 + j}, r{8 + j}\n"
        text += "stmia r0!, {r4-r7}\n"
    text += f"b.w next\nbit:\nldr r4, [sp, #{COUNTER}]\nadds r2, r2, r4\nlsrs r5, r2, #5\n"
    text += "ldr r5, [r1, r5, lsl #2]\nand r2, r2, #31\nlsr r5, r5, r2\nand r5, r5, #1\n"
    text += "ldr r6, [r0, #0]\norr r5, r5, r6, lsl #1\nstr r5, [r0, #0]\nb.w next\n"
    text += "rev:\nldmia r1, {r4-r11}\n"
    for j, word in enumerate(_WORDS):
        text += f"rev {word}, {word}\nstr {word}, [r0, #{28 - 4 * j}]\n"
    return text + "b.w next\n"


_CONTROL = f"""
setc:
    ubfx r3, r3, #16, #8
    str r3, [sp, #{COUNTER}]
    b.w next
tbase:
    lsrs r3, r3, #16
    str r3, [sp, #{ORIGIN}]
    b.w next
loop:
    ldr r4, [sp, #{COUNTER}]
    ubfx r5, r3, #8, #8
    subs r4, r4, r5
    str r4, [sp, #{COUNTER}]
    bmi.w next
jump:
    lsrs r3, r3, #16
    ldr r4, [sp, #{CODE}]
    add r4, r4, r3, lsl #2
    str r4, [sp, #{PC}]
    b.w next
call:
    ldr r5, [sp, #{RETURN}]
    ldr r4, [sp, #{PC}]
    str r4, [r5], #4
    str r5, [sp, #{RETURN}]
    b jump
ret:
    ldr r5, [sp, #{RETURN}]
    subs r5, r5, #4
    str r5, [sp, #{RETURN}]
    ldr r4, [r5, #0]
    str r4, [sp, #{PC}]
    b.w next
address:                      @ r6 = table address of the base; r7 = bytes; r2 = count
    ldr r6, [r4, #0]
    lsrs r6, r6, #16
    ldr r5, [sp, #{ORIGIN}]
    add r6, r6, r5
    ldr r5, [sp, #{TABLE}]
    add r6, r5, r6, lsl #5
    ubfx r7, r3, #16, #8
    lsls r7, r7, #5
    ldr r5, [r4], #4
    str r4, [sp, #{PC}]
    uxtb r5, r5
    add r5, r12, r5, lsl #5
    bx lr
index:                        @ r5 = entry that the index slot r5 names among r2
    ldr r5, [r5, #0]
    subs r3, r2, #1
    and r1, r5, r2
    subs r1, r1, #1
    asr r1, r1, #31
    eor r5, r5, r1
    and r5, r5, r3
    bx lr
put:
    bl address
    mov r1, r0
    mov r0, r6
    b copy
get:
    bl address
    mov r1, r6
    b copy
pick:
    bl address
    bl index
    mul r5, r5, r7
    add r1, r6, r5
copy:                         @ r7 bytes from r1 to r0
    ldmia r1!, {{r2-r5}}
    stmia r0!, {{r2-r5}}
    subs r7, r7, #16
    bne copy
    b.w next
look:                         @ r0 target, r6 table, r7 bytes an entry, r2 entries, r5 the one
    bl address
    bl index
    str r7, [sp, #{LEFT}]
    mov lr, r7
look_chunk:                   @ sixteen bytes of every entry, times 1 or 0
    mov r1, r6
    mov r3, r5
    mov r12, r2
    str r6, [sp, #0]
    str r0, [sp, #{TARGET}]
    str r2, [sp, #4]
    str lr, [sp, #8]
    mov r4, #0
    mov r8, #0
    mov r9, #0
    mov r10, #0
look_entry:
    sub r11, r3, #1
    bic r11, r11, r3
    lsr r11, r11, #31
    ldmia r1, {{r0, r2, r6, lr}}
    mla r4, r0, r11, r4
    mla r8, r2, r11, r8
    mla r9, r6, r11, r9
    mla r10, lr, r11, r10
    add r1, r1, r7
    sub r3, r3, #1
    subs r12, r12, #1
    bne look_entry
    ldr r0, [sp, #{TARGET}]
    stmia r0!, {{r4, r8-r10}}
    ldr r6, [sp, #0]
    add r6, r6, #16
    ldr r2, [sp, #4]
    ldr lr, [sp, #8]
    subs lr, lr, #16
    bne look_chunk
    b.w next
"""


def source() -> str:
    return _ENTER + _field() + _raw() + _bits() + _CONTROL
