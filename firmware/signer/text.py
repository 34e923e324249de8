"""How values are written on a screen of 8 lines of 21 characters."""

WIDTH = 21
BODY_LINES = 6
_SAT_PER_BTC = 100_000_000


def clean(text: str) -> str:
    """`text` with every character that is not printable ASCII turned into `?`.

    Control, bidirectional and look-alike characters could make the owner read another meaning.
    """
    return "".join([c if " " <= c <= "~" else "?" for c in text])


def wrap(text: str) -> "list[str]":
    """Cleaned text cut into lines of 21 characters at spaces where there are any."""
    lines = []
    rest = clean(text)
    while len(rest) > WIDTH:
        cut = rest.rfind(" ", 1, WIDTH + 1)
        if cut <= 0:
            lines.append(rest[:WIDTH])
            rest = rest[WIDTH:]
        else:
            lines.append(rest[:cut])
            rest = rest[cut + 1 :]
    lines.append(rest)
    return lines


def groups(text: str) -> "list[str]":
    """Text in groups of four, four groups to a line: for addresses, keys and ids."""
    text = clean(text)
    lines = []
    for start in range(0, len(text), 16):
        line = text[start : start + 16]
        lines.append(" ".join([line[i : i + 4] for i in range(0, len(line), 4)]))
    return lines


def _thousands(value: int) -> str:
    digits = str(value)
    head = len(digits) % 3
    parts = [digits[:head]] if head else []
    parts += [digits[i : i + 3] for i in range(head, len(digits), 3)]
    return " ".join(parts)


def amount(amount_sat: int) -> "list[str]":
    """Two lines: the amount in sat, and in BTC."""
    whole, part = divmod(amount_sat, _SAT_PER_BTC)
    in_sat = _thousands(amount_sat) + " sat"
    if len(in_sat) > WIDTH:
        in_sat = "%d sat" % amount_sat
    return [in_sat, "%d.%08d BTC" % (whole, part)]


def pages(lines: "list[str]") -> "list[list[str]]":
    """Lines cut into pages of six, the room between the title and the key hints."""
    return [lines[i : i + BODY_LINES] for i in range(0, len(lines), BODY_LINES)]
