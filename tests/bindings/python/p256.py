"""ECDSA on P-256 with SHA-256, for a signer without hardware. For tests alone: nothing here is constant in time."""

import hashlib
import secrets

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _add(a, b):
    if a is None or b is None:
        return a or b
    (x1, y1), (x2, y2) = a, b
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _table():
    rows, base = [], G
    for _ in range(32):
        row = [None]
        for _ in range(255):
            row.append(_add(row[-1], base))
        rows.append(row)
        base = _add(row[-1], base)
    return rows


_ROWS = _table()


def _times_g(number):
    point = None
    for row, digit in zip(_ROWS, number.to_bytes(32, "little")):
        point = _add(point, row[digit])
    return point


class Key:
    """A key pair."""

    def __init__(self):
        self._secret = secrets.randbelow(N - 1) + 1
        x, y = _times_g(self._secret)
        self.point = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")

    def sign(self, message, der=True):
        """The signature as DER, as hardware gives it, or as r ‖ s."""
        digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
        nonce = secrets.randbelow(N - 1) + 1
        r = _times_g(nonce)[0] % N
        s = (digest + r * self._secret) * pow(nonce, -1, N) % N
        if not der:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        numbers = b"".join(_integer(number) for number in (r, s))
        return b"\x30" + bytes([len(numbers)]) + numbers


def _integer(number):
    digits = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(digits)]) + digits
