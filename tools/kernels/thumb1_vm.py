"""The field VM for Cortex-M0+: products of 16-bit halves, 16-bit opcodes only.

Entered with r0 code, r1 memory, r2 table, r3 entry. Results are gathered in the frame before they
are stored, so they may replace their operands. No branch and no address depends on the content of a
slot, apart from PICK, whose index is public.
"""

# Stack frame: sixteen words of a product, then these, then eight return addresses.
PC, CODE, MEMORY, TABLE, COUNTER, ORIGIN, RETURN, TARGET, REPEAT, COUNT, SIZE = range(64, 108, 4)
STACK = 108
FRAME = STACK + 36

_ENTER = f"""
    push {{r4-r7, lr}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {{r4-r7}}
    sub sp, #{FRAME}
    str r0, [sp, #{CODE}]
    str r1, [sp, #{MEMORY}]
    str r2, [sp, #{TABLE}]
    lsls r3, r3, #2
    adds r0, r0, r3
    str r0, [sp, #{PC}]
    movs r3, #0
    str r3, [sp, #{COUNTER}]
    str r3, [sp, #{ORIGIN}]
    add r3, sp, #{STACK}
    str r3, [sp, #{RETURN}]
next:                         @ r0, r1: slots d and a; r2: b; r3: the word; r7: memory
    ldr r4, [sp, #{PC}]
    ldr r3, [r4, #0]
    adds r4, #4
    str r4, [sp, #{PC}]
    ldr r7, [sp, #{MEMORY}]
    uxtb r5, r3
    lsrs r0, r3, #8
    uxtb r0, r0
    lsls r0, r0, #5
    adds r0, r0, r7
    str r0, [sp, #{TARGET}]
    lsrs r1, r3, #16
    uxtb r1, r1
    lsls r1, r1, #5
    adds r1, r1, r7
    lsrs r2, r3, #24
    lsls r5, r5, #2
    add pc, r5
    mov r8, r8
"""
_HANDLERS = (
    "stop mul add sub sqr small wmul radd rsub cmov bit rev setc loop call ret look pick put get "
    "tbase"
)
_STOP = f"""
stop:
    add sp, #{FRAME}
    pop {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {{r4-r7, pc}}
"""


def _product() -> str:
    """Subroutine: the frame's sixteen words = [r1] times [r2], row by row."""
    text = "product:\nmov r10, r1\nmov r0, r2\nmov r1, sp\nmovs r2, #0\n"
    text += "".join(f"str r2, [r1, #{4 * j}]\n" for j in range(8))
    text += "movs r3, #8\nmov r9, r3\nrow:\nmov r3, r10\nldr r2, [r3, #0]\nadds r3, #4\n"
    text += "mov r10, r3\nlsrs r3, r2, #16\nuxth r2, r2\nmovs r4, #0\n"
    for j in range(8):
        # r2, r3: halves of a; r4: carry; then r7 r6 r5 take the partial products.
        text += f"ldr r5, [r0, #{4 * j}]\nuxth r6, r5\nlsrs r5, r5, #16\nmov r7, r6\n"
        text += "muls r7, r2\nmuls r6, r3\nmov r8, r7\nmov r7, r5\nmuls r7, r2\nmuls r5, r3\n"
        text += "adds r6, r6, r7\nmovs r7, #0\nadcs r7, r7\nlsls r7, r7, #16\nadds r5, r5, r7\n"
        text += "lsls r7, r6, #16\nlsrs r6, r6, #16\nadds r5, r5, r6\nmov r6, r8\n"
        text += "adds r6, r6, r7\nmovs r7, #0\nadcs r5, r7\nadds r6, r6, r4\nadcs r5, r7\n"
        text += f"ldr r4, [r1, #{4 * j}]\nadds r6, r6, r4\nadcs r5, r7\n"
        text += f"str r6, [r1, #{4 * j}]\nmov r4, r5\n"
    return text + (
        "str r4, [r1, #32]\nadds r1, #4\nmov r3, r9\nsubs r3, r3, #1\nmov r9, r3\n"
        "beq product_done\nb row\nproduct_done:\nbx lr\n"
    )


_PRIME = "movs r7, #244\nlsls r7, r7, #2\nadds r7, #1\n"


def _times(words: str, low: str, high: str, spare: str) -> str:
    """(high, low) = words times r7, which is below 2^16."""
    return (
        f"uxth {low}, {words}\nlsrs {high}, {words}, #16\nmuls {low}, r7\nmuls {high}, r7\n"
        f"lsls {spare}, {high}, #16\nlsrs {high}, {high}, #16\nadds {low}, {low}, {spare}\n"
        f"movs {spare}, #0\nadcs {high}, {spare}\n"
    )


def _onto(index: int, operation: str, register: str) -> str:
    """Frame word `index` plus or minus a register, with the running carry."""
    return f"ldr r0, [sp, #{4 * index}]\n{operation} r0, {register}\nstr r0, [sp, #{4 * index}]\n"


def _reduce() -> str:
    """Subroutine: the frame's sixteen words modulo p into its first eight."""
    text = "reduce:\n" + _PRIME + "movs r4, #0\nmovs r6, #0\n"
    for j in range(8):
        text += f"ldr r1, [sp, #{32 + 4 * j}]\n" + _times("r1", "r2", "r3", "r5")
        text += f"ldr r0, [sp, #{4 * j}]\n"
        for addend in ("r0", "r6", "r4"):
            text += f"adds r2, r2, {addend}\nadcs r3, r5\n"
        text += f"str r2, [sp, #{4 * j}]\nmov r4, r3\nmov r6, r1\n"
    text += "adds r4, r4, r6\nmovs r5, #0\nadcs r5, r5\nfold_top:\n"
    # (r5 r4) times 2^256: r2, r3 and r5 are its words modulo p.
    text += _times("r4", "r2", "r3", "r1") + "mov r6, r5\nmuls r6, r7\nadds r3, r3, r6\n"
    text += "adds r3, r3, r4\nadcs r5, r1\nldr r0, [sp, #0]\nadds r0, r0, r2\nstr r0, [sp, #0]\n"
    text += _onto(1, "adcs", "r3") + _onto(2, "adcs", "r5")
    text += "".join(_onto(j, "adcs", "r1") for j in range(3, 8))
    text += "movs r4, #0\nadcs r4, r4\n" + _fix("adds", "adcs", 3) + "bx lr\n"
    return text


def _fix(first: str, following: str, words: int) -> str:
    """Adds or takes r4 (0 or 1) times 2^32 + 977 over some words of the frame."""
    text = f"mov r2, r4\nmuls r2, r7\nmovs r1, #0\nldr r0, [sp, #0]\n{first} r0, r0, r2\n"
    text += "str r0, [sp, #0]\n" + _onto(1, following, "r4")
    return text + "".join(_onto(j, following, "r1") for j in range(2, words))


def _linear(first: str, following: str) -> str:
    """Frame = [r1] plus or minus [r2]; the carry or borrow as 0 or 1 in r4."""
    text = ""
    for j in range(0, 8, 2):
        text += "ldmia r1!, {r3, r4}\nldmia r2!, {r5, r6}\n"
        text += f"{first} r3, r3, r5\n" if j == 0 else f"{following} r3, r5\n"
        text += f"{following} r4, r6\nstr r3, [sp, #{4 * j}]\nstr r4, [sp, #{4 * j + 4}]\n"
    return text + _flag(first)


def _flag(first: str) -> str:
    if first == "adds":
        return "movs r4, #0\nadcs r4, r4\n"
    return "movs r4, #0\nsbcs r4, r4\nrsbs r4, r4, #0\n"


_B = "lsls r2, r2, #5\nadds r2, r2, r7\n"
_FRAME_TO_R0 = "mov r1, sp\n" + "ldmia r1!, {r2-r5}\nstmia r0!, {r2-r5}\n" * 2
_STORE = f"store:\nldr r0, [sp, #{TARGET}]\n" + _FRAME_TO_R0 + "bl next\n"


def _field() -> str:
    text = "mul:\n" + _B + "bl product\nbl reduce\n" + _STORE
    for name, first, following in (("add", "adds", "adcs"), ("sub", "subs", "sbcs")):
        text += f"{name}:\n" + _B + _linear(first, following) + _PRIME + _fix(first, following, 8)
        text += _flag(first) + _fix(first, following, 2) + "bl store\n"
    text += f"sqr:\nstr r2, [sp, #{REPEAT}]\nsquare:\nmov r2, r1\nbl product\nbl reduce\n"
    text += f"ldr r0, [sp, #{TARGET}]\n" + _FRAME_TO_R0
    text += f"ldr r3, [sp, #{REPEAT}]\nsubs r3, r3, #1\nstr r3, [sp, #{REPEAT}]\n"
    text += f"ldr r1, [sp, #{TARGET}]\nbeq square_done\nb square\nsquare_done:\nbl next\n"
    text += "small:\nmov r7, r2\nmov r8, r1\nmovs r4, #0\n"
    for j in range(8):
        text += f"mov r1, r8\nldr r1, [r1, #{4 * j}]\n" + _times("r1", "r2", "r3", "r5")
        text += f"adds r2, r2, r4\nadcs r3, r5\nstr r2, [sp, #{4 * j}]\nmov r4, r3\n"
    return text + _PRIME + "movs r5, #0\nbl fold_top\nbl store\n"


def _raw() -> str:
    text = f"wmul:\n{_B}bl product\nldr r0, [sp, #{TARGET}]\nmov r1, sp\n"
    text += "ldmia r1!, {r2-r5}\nstmia r0!, {r2-r5}\n" * 4 + "bl next\n"
    for name, first, following in (("radd", "adds", "adcs"), ("rsub", "subs", "sbcs")):
        text += f"{name}:\n" + _B + _linear(first, following) + f"ldr r0, [sp, #{TARGET}]\n"
        text += (
            "mov r6, r4\n" + _FRAME_TO_R0 + "mov r2, r6\nmovs r3, #0\nmovs r4, #0\nmovs r5, #0\n"
        )
        text += "stmia r0!, {r2-r5}\nmovs r2, #0\nstmia r0!, {r2-r5}\nbl next\n"
    return text


def _bits() -> str:
    text = "cmov:\n" + _B + "ldr r2, [r2, #0]\nmovs r3, #1\nands r2, r3\nrsbs r2, r2, #0\n"
    for _ in range(4):
        text += "ldr r3, [r0, #0]\nldr r4, [r0, #4]\nldmia r1!, {r5, r6}\n"
        text += "eors r5, r3\neors r6, r4\nands r5, r2\nands r6, r2\neors r3, r5\neors r4, r6\n"
        text += "stmia r0!, {r3, r4}\n"
    text += f"bl next\nbit:\nldr r4, [sp, #{COUNTER}]\nadds r2, r2, r4\nlsrs r5, r2, #5\n"
    text += "lsls r5, r5, #2\nldr r5, [r1, r5]\nmovs r6, #31\nands r2, r6\nlsrs r5, r5, r2\n"
    text += "movs r6, #1\nands r5, r6\nldr r6, [r0, #0]\nlsls r6, r6, #1\norrs r5, r6\n"
    text += "str r5, [r0, #0]\nbl next\nrev:\n"
    for j in range(8):
        text += f"ldr r2, [r1, #{4 * j}]\nrev r2, r2\nstr r2, [sp, #{28 - 4 * j}]\n"
    return text + "bl store\n"


_CONTROL = f"""
setc:
    lsrs r3, r3, #16
    uxtb r3, r3
    str r3, [sp, #{COUNTER}]
    bl next
tbase:
    lsrs r3, r3, #16
    str r3, [sp, #{ORIGIN}]
    bl next
loop:
    ldr r4, [sp, #{COUNTER}]
    lsrs r5, r3, #8
    uxtb r5, r5
    subs r4, r4, r5
    str r4, [sp, #{COUNTER}]
    bpl jump
    bl next
jump:
    lsrs r3, r3, #16
    lsls r3, r3, #2
    ldr r4, [sp, #{CODE}]
    adds r4, r4, r3
    str r4, [sp, #{PC}]
    bl next
call:
    ldr r5, [sp, #{RETURN}]
    ldr r4, [sp, #{PC}]
    str r4, [r5, #0]
    adds r5, #4
    str r5, [sp, #{RETURN}]
    b jump
ret:
    ldr r5, [sp, #{RETURN}]
    subs r5, r5, #4
    str r5, [sp, #{RETURN}]
    ldr r4, [r5, #0]
    str r4, [sp, #{PC}]
    bl next
address:                      @ r6 table address of the base, r5 index slot, r7 bytes
    ldr r6, [r4, #0]
    lsrs r6, r6, #16
    ldr r5, [sp, #{ORIGIN}]
    adds r6, r6, r5
    lsls r6, r6, #5
    ldr r5, [sp, #{TABLE}]
    adds r6, r6, r5
    ldr r5, [r4, #0]
    uxtb r5, r5
    lsls r5, r5, #5
    adds r5, r5, r7
    adds r4, #4
    str r4, [sp, #{PC}]
    lsrs r7, r3, #16
    uxtb r7, r7
    lsls r7, r7, #5
    bx lr
index:                        @ r5 = entry that the index slot names among r2
    ldr r5, [r5, #0]
    mov r1, r5
    ands r1, r2
    subs r1, r1, #1
    asrs r1, r1, #31
    eors r5, r1
    subs r3, r2, #1
    ands r5, r3
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
    muls r5, r7
    adds r1, r6, r5
copy:                         @ r7 bytes from r1 to r0
    ldmia r1!, {{r2-r5}}
    stmia r0!, {{r2-r5}}
    subs r7, #16
    bne copy
    bl next
look:                         @ eight bytes of every entry at a time, masked
    bl address
    bl index
    mov r8, r0
    mov r9, r5
    str r2, [sp, #{COUNT}]
    str r7, [sp, #{SIZE}]
    mov r10, r6
look_chunk:
    ldr r0, [sp, #{COUNT}]
    mov r11, r0
    movs r0, #0
    movs r1, #0
    mov r2, r10
    mov r4, r9
look_entry:
    subs r3, r4, #1
    bics r3, r4
    asrs r3, r3, #31
    ldr r5, [r2, #0]
    ldr r6, [r2, #4]
    ands r5, r3
    ands r6, r3
    orrs r0, r5
    orrs r1, r6
    adds r2, r2, r7
    subs r4, r4, #1
    mov r5, r11
    subs r5, r5, #1
    mov r11, r5
    bne look_entry
    mov r2, r8
    stmia r2!, {{r0, r1}}
    mov r8, r2
    mov r2, r10
    adds r2, #8
    mov r10, r2
    ldr r2, [sp, #{SIZE}]
    subs r2, #8
    str r2, [sp, #{SIZE}]
    bne look_chunk
    bl next
"""


def source() -> str:
    text = _ENTER + "".join(f"bl {name}\n" for name in _HANDLERS.split()) + _STOP
    return text + _product() + _reduce() + _field() + _raw() + _bits() + _CONTROL
