"""Formulas of the field VM: points, inversion, square root, scalars modulo n.

The point formulas are the complete ones of Renes, Costello and Batina (ePrint 2015/1060) for a = 0:
infinity, equal and opposite points need no branch. Statements as in `vm_assembler`.
"""

DOUBLE = """
double:
    t0 = y ^ 2
    z3 = t0 + t0
    z3 = z3 + z3
    z3 = z3 + z3
    t1 = y * z
    t2 = z ^ 2
    t2 = 21 . t2
    x3 = t2 * z3
    y3 = t0 + t2
    t3 = x * y
    z = t1 * z3
    t1 = t2 + t2
    t2 = t1 + t2
    t0 = t0 - t2
    y3 = t0 * y3
    y = x3 + y3
    x = t0 * t3
    x = x + x
    ret
"""

ADD = """
add:                       # (x y z) += (x2 y2 z2)
    t0 = x * x2
    t1 = y * y2
    t2 = z * z2
    t3 = x + y
    t4 = x2 + y2
    t3 = t3 * t4
    t4 = t0 + t1
    t3 = t3 - t4
    t4 = y + z
    x3 = y2 + z2
    t4 = t4 * x3
    x3 = t1 + t2
    t4 = t4 - x3
    x3 = x + z
    y3 = x2 + z2
    x3 = x3 * y3
    y3 = t0 + t2
    y3 = x3 - y3
    x3 = t0 + t0
    t0 = x3 + t0
    t2 = 21 . t2
    z3 = t1 + t2
    t1 = t1 - t2
    y3 = 21 . y3
    x3 = t4 * y3
    t2 = t3 * t1
    x = t2 - x3
    y3 = y3 * t0
    t1 = t1 * z3
    y = t1 + y3
    t0 = t0 * t3
    z3 = z3 * t4
    z = z3 + t0
    ret

add_affine:                # (x y z) += (x2 y2 1)
    t0 = x * x2
    t1 = y * y2
    t3 = x2 + y2
    t4 = x + y
    t3 = t3 * t4
    t4 = t0 + t1
    t3 = t3 - t4
    t4 = y2 * z
    t4 = t4 + y
    y3 = x2 * z
    y3 = y3 + x
    x3 = t0 + t0
    t0 = x3 + t0
    t2 = 21 . z
    z3 = t1 + t2
    t1 = t1 - t2
    y3 = 21 . y3
    x3 = t4 * y3
    t2 = t3 * t1
    x = t2 - x3
    y3 = y3 * t0
    t1 = t1 * z3
    y = t1 + y3
    t0 = t0 * t3
    z3 = z3 * t4
    z = z3 + t0
    ret
"""

POWERS = """
chain:                     # e = i_in to the leading bits that both exponents share
    e = i_in ^ 2
    e2 = e * i_in
    e = e2 ^ 2
    e3 = e * i_in
    e = e3 ^^ 3
    e6 = e * e3
    e = e6 ^^ 3
    e22 = e * e3
    e = e22 ^^ 2
    e44 = e * e2
    e = e44 ^^ 11
    e22 = e * e44
    e = e22 ^^ 22
    e44 = e * e22
    e = e44 ^^ 44
    e88 = e * e44
    e = e88 ^^ 88
    e88 = e * e88
    e = e88 ^^ 44
    e44 = e * e44
    e = e44 ^^ 3
    e3 = e * e3
    e = e3 ^^ 23
    e = e * e22
    ret

inverse:                   # i_out = 1 / i_in, and 0 for 0
    call chain
    e = e ^^ 5
    e = e * i_in
    e = e ^^ 3
    e = e * e2
    e = e ^^ 2
    i_out = e * i_in
    ret

root:                      # i_out = i_in^((p + 1) / 4)
    call chain
    e = e ^^ 6
    e = e * e2
    i_out = e ^^ 2
    ret

normal:                    # i_out = the representative of i_in below p
    borrow v = i_in - p
    i_out = v
    i_out = i_in if v1
    ret

lift:                      # px big-endian, want = oddness of y; afterwards px py, flag 0 if valid
    counter 0
    px = reverse px
    i_in = px ^ 2
    i_in = i_in * px
    i_in = i_in + seven
    c1 = i_in
    call root
    py = i_out
    t0 = py ^ 2
    i_in = t0 - c1
    call normal
    flag = i_out
    i_in = py
    call normal
    bit sign < i_out @ 0
    py = i_out
    y2 = zero - py
    py = y2 if sign
    y2 = zero - py
    py = y2 if want
    end

affine:                    # x = big-endian x, y = y of the point (0 0 for infinity)
    i_in = z
    call inverse
    z = i_out
    i_in = x * z
    call normal
    x = reverse i_out
    i_in = y * z
    call normal
    y = i_out
    end
"""

SCALARS = """
reduce_u:                  # sr = u mod n for one slot u
    carry v = u + minus_n
    sr = u
    sr = v if v1
    ret

mul_n:                     # sr = sa * sb mod n
    wide u = sa * sb
    wide v = u1 * minus_n
    carry u = u + v
    carry w = v1 + u1
    wide v = w * minus_n
    carry u = u + v
    carry w = v1 + u1
    wide v = w * minus_n
    carry u = u + v
    wide v = u1 * minus_n
    carry u = u + v
    call reduce_u
    ret

add_n:                     # sr = sa + sb mod n, both below n
    carry u = sa + sb
    wide v = u1 * minus_n
    carry u = u + v
    call reduce_u
    ret

scalar_add:                # the same over big-endian sa, sb, sr
    sa = reverse sa
    sb = reverse sb
    call add_n
    sr = reverse sr
    end

scalar_mul:
    sa = reverse sa
    sb = reverse sb
    call mul_n
    sr = reverse sr
    end

scalar_negate:
    sa = reverse sa
    borrow u = n - sa
    call reduce_u
    sr = reverse sr
    end

scalar_reduce:
    u = reverse sa
    call reduce_u
    sr = reverse sr
    end

recode:                    # k little-endian: sa, sb = two rows of 132 signs (bit set: plus)
    # With t = (k + (2^132 - 1 - 2^130)(1 + lambda)) / 2 = s1 + lambda s2 and short s1, s2,
    # the rows are s1 + 2^129 and s2 + 2^129: never negative, below 2^131.
    sa = k
    sb = half
    call mul_n
    sa = sr
    sb = split_bias
    call add_n
    k = sr
    wide u = k * g1
    wide w = u1 * shift
    sa = w1
    sb = minus_b1
    call mul_n
    c1 = sr
    wide u = k * g2
    wide w = u1 * shift
    sa = w1
    sb = minus_b2
    call mul_n
    sa = sr
    sb = c1
    call add_n
    c1 = sr
    sa = c1
    sb = minus_lambda
    call mul_n
    sa = sr
    sb = k
    call add_n
    sa = sr
    sb = offset
    call add_n
    c2 = sr
    sa = c1
    sb = offset
    call add_n
    sa = c2
    sb = sr
    ret
"""

TOOLS = """
twice:                     # for building the comb: (x y z) = 2^13 (x y z)
    counter 12
twice_loop:
    call double
    loop 1 twice_loop
    end

plus:                      # (x y z) += (x2 y2 z2)
    call add
    end

plus_affine:
    call add_affine
    end

flip:                      # y2 = -y2
    y2 = zero - y2
    end

comb_entry:                # (x y) = affine form of (x y z)
    i_in = z
    call inverse
    x = x * i_out
    y = y * i_out
    end
"""
