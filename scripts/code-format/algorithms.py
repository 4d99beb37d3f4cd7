"""Digests, ciphers and signatures of the three suites of docs/code-format.md.

Python's own library is enough; with Debian's python3-cryptography, Ed25519, P-256
and AES are faster. SM2, SM3 and SM4 are always the ones below.
"""

import hashlib
import hmac

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    FAST = True
except ImportError:
    FAST = False


# --- SM3, GB/T 32905 ---------------------------------------------------------

MASK = 0xFFFFFFFF


def rol(x, n):
    n %= 32
    return ((x << n) | (x >> (32 - n))) & MASK


SM3_IV = [
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
    0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
]
SM3_T = [rol(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]


def sm3(data):
    bits = len(data) * 8
    data = data + b"\x80" + bytes(-(len(data) + 9) % 64) + bits.to_bytes(8, "big")
    state = SM3_IV
    for at in range(0, len(data), 64):
        w = [int.from_bytes(data[i:i + 4], "big") for i in range(at, at + 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rol(w[j - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            a12 = rol(a, 12)
            ss1 = rol((a12 + e + SM3_T[j]) & MASK, 7)
            if j < 16:
                ff, gg = a ^ b ^ c, e ^ f ^ g
            else:
                ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g & MASK)
            tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) & MASK
            tt2 = (gg + h + ss1 + w[j]) & MASK
            a, b, c, d = tt1, a, rol(b, 9), c
            e, f, g, h = tt2 ^ rol(tt2, 9) ^ rol(tt2, 17), e, rol(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in state)


# --- SM4, GB/T 32907: decrypting and encrypting one block ---------------------

SM4_SBOX = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699"
    "9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6"
    "4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e"
    "eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3"
    "1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0"
    "8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948"
)
SM4_FK = [0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC]


def sm4_sub(x):
    return int.from_bytes(bytes(SM4_SBOX[b] for b in x.to_bytes(4, "big")), "big")


def sm4_keys(key):
    k = [int.from_bytes(key[i:i + 4], "big") ^ fk for i, fk in zip(range(0, 16, 4), SM4_FK)]
    for i in range(32):
        ck = int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), "big")
        b = sm4_sub(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ ck)
        k.append(k[i] ^ b ^ rol(b, 13) ^ rol(b, 23))
    return k[4:]


def sm4(round_keys, block):
    x = [int.from_bytes(block[i:i + 4], "big") for i in range(0, 16, 4)]
    for key in round_keys:
        b = sm4_sub(x[1] ^ x[2] ^ x[3] ^ key)
        x = x[1:] + [x[0] ^ b ^ rol(b, 2) ^ rol(b, 10) ^ rol(b, 18) ^ rol(b, 24)]
    return b"".join(v.to_bytes(4, "big") for v in reversed(x))


# --- AES-256, FIPS 197 -------------------------------------------------------

def aes_tables():
    sbox, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ (p << 1) & 0xFF ^ (0x1B if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        x = q
        for shift in (1, 2, 3, 4):
            x ^= (q << shift | q >> (8 - shift)) & 0xFF
        sbox[p] = x ^ 0x63
        if p == 1:
            break
    sbox[0] = 0x63
    inverse = [0] * 256
    for at, value in enumerate(sbox):
        inverse[value] = at
    return sbox, inverse


AES_S, AES_I = aes_tables()


def gf(a, b):
    out = 0
    while b:
        if b & 1:
            out ^= a
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return out


AES_MUL = {m: [gf(v, m) for v in range(256)] for m in (2, 3, 9, 11, 13, 14)}


def aes_keys(key):
    words = [list(key[i:i + 4]) for i in range(0, 32, 4)]
    rcon = 1
    for i in range(8, 60):
        word = list(words[i - 1])
        if i % 8 == 0:
            word = [AES_S[b] for b in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = gf(rcon, 2)
        elif i % 8 == 4:
            word = [AES_S[b] for b in word]
        words.append([a ^ b for a, b in zip(words[i - 8], word)])
    return [sum(words[i:i + 4], []) for i in range(0, 60, 4)]


def aes_encrypt(keys, block):
    s = [a ^ b for a, b in zip(block, keys[0])]
    for number, key in enumerate(keys[1:], 1):
        s = [AES_S[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if number < 14:
            m2, m3, t = AES_MUL[2], AES_MUL[3], []
            for c in range(0, 16, 4):
                a, b, d, e = s[c:c + 4]
                t += [m2[a] ^ m3[b] ^ d ^ e, a ^ m2[b] ^ m3[d] ^ e, a ^ b ^ m2[d] ^ m3[e], m3[a] ^ b ^ d ^ m2[e]]
            s = t
        s = [a ^ b for a, b in zip(s, key)]
    return bytes(s)


def aes_decrypt(keys, block):
    s = [a ^ b for a, b in zip(block, keys[14])]
    for number in range(13, -1, -1):
        s = [AES_I[s[(i - 4 * (i % 4)) % 16]] for i in range(16)]
        s = [a ^ b for a, b in zip(s, keys[number])]
        if number:
            m, t = AES_MUL, []
            for c in range(0, 16, 4):
                a, b, d, e = s[c:c + 4]
                t += [
                    m[14][a] ^ m[11][b] ^ m[13][d] ^ m[9][e], m[9][a] ^ m[14][b] ^ m[11][d] ^ m[13][e],
                    m[13][a] ^ m[9][b] ^ m[14][d] ^ m[11][e], m[11][a] ^ m[13][b] ^ m[9][d] ^ m[14][e],
                ]
            s = t
    return bytes(s)


class Block:
    """The block cipher of a suite under a key of 32 bytes."""

    def __init__(self, suite, key):
        self.gm = suite == 2
        if self.gm:
            self.keys = sm4_keys(key[:16])
        elif FAST:
            cipher = Cipher(algorithms.AES(key), modes.ECB())
            self.encryptor, self.decryptor = cipher.encryptor(), cipher.decryptor()
        else:
            self.keys = aes_keys(key)

    def encrypt(self, block):
        if self.gm:
            return sm4(self.keys, block)
        return self.encryptor.update(block) if FAST else aes_encrypt(self.keys, block)

    def decrypt(self, block):
        if self.gm:
            return sm4(self.keys[::-1], block)
        return self.decryptor.update(block) if FAST else aes_decrypt(self.keys, block)


def digest(suite, data):
    return sm3(data) if suite == 2 else hashlib.sha256(data).digest()


def mac(suite, key, data):
    if suite != 2:
        return hmac.new(key, data, hashlib.sha256).digest()
    block = key + bytes(64 - len(key))
    inner = sm3(bytes(b ^ 0x36 for b in block) + data)
    return sm3(bytes(b ^ 0x5C for b in block) + inner)


def derive(suite, key, info):
    return mac(suite, key, info + b"\x01")


# --- Curves of short Weierstrass form with a = -3 -----------------------------

class Curve:
    def __init__(self, p, b, n, x, y):
        self.p, self.b, self.n, self.g = p, b, n, (x, y, 1)

    def double(self, point):
        x, y, z = point
        p = self.p
        if not z:
            return point
        delta, gamma = z * z % p, y * y % p
        beta = x * gamma % p
        alpha = 3 * (x - delta) * (x + delta) % p
        x3 = (alpha * alpha - 8 * beta) % p
        z3 = ((y + z) * (y + z) - gamma - delta) % p
        return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p, z3

    def add(self, one, other):
        p = self.p
        x1, y1, z1 = one
        x2, y2, z2 = other
        if not z1:
            return other
        if not z2:
            return one
        z11, z22 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * z22 % p, x2 * z11 % p
        s1, s2 = y1 * z2 * z22 % p, y2 * z1 * z11 % p
        h, r = (u2 - u1) % p, (s2 - s1) % p
        if not h:
            return self.double(one) if not r else (1, 1, 0)
        hh = h * h % p
        hhh, v = h * hh % p, u1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - s1 * hhh) % p, z1 * z2 * h % p

    def sum(self, k, l, point):
        """k times the base point and l times the point, affine x or None."""
        both = self.add(self.g, point)
        out = (1, 1, 0)
        for bit in range(max(k.bit_length(), l.bit_length()) - 1, -1, -1):
            out = self.double(out)
            which = (k >> bit & 1) + 2 * (l >> bit & 1)
            if which:
                out = self.add(out, (self.g, point, both)[which - 1])
        if not out[2]:
            return None
        return out[0] * pow(out[2], -2, self.p) % self.p

    def point(self, public):
        if len(public) != 33 or public[0] not in (2, 3):
            return None
        x = int.from_bytes(public[1:], "big")
        if x >= self.p:
            return None
        square = (x * x * x - 3 * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        if y * y % self.p != square:
            return None
        return x, (y if y & 1 == public[0] & 1 else self.p - y), 1


P256 = Curve(
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
SM2 = Curve(
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


def verify_sm2(public, message, signature):
    point = SM2.point(public)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or not 0 < r < SM2.n or not 0 < s < SM2.n:
        return False
    numbers = (SM2.p - 3, SM2.b, SM2.g[0], SM2.g[1], point[0], point[1])
    za = sm3(b"\x00\x80" + b"1234567812345678" + b"".join(v.to_bytes(32, "big") for v in numbers))
    e = int.from_bytes(sm3(za + message), "big")
    t = (r + s) % SM2.n
    if not t:
        return False
    x = SM2.sum(s, t, point)
    return x is not None and (e + x) % SM2.n == r


def verify_p256(public, message, signature):
    point = P256.point(public)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or not 0 < r < P256.n or not 0 < s < P256.n:
        return False
    if FAST:
        key = ec.EllipticCurvePublicNumbers(point[0], point[1], ec.SECP256R1()).public_key()
        try:
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    w = pow(s, -1, P256.n)
    x = P256.sum(e * w % P256.n, r * w % P256.n, point)
    return x is not None and x % P256.n == r


# --- Ed25519, RFC 8032 -------------------------------------------------------

ED_P = 2**255 - 19
ED_L = 2**252 + 27742317777372353535851937790883648493
ED_D = -121665 * pow(121666, -1, ED_P) % ED_P


def ed_add(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % ED_P, (y1 + x1) * (y2 + x2) % ED_P
    c, d = 2 * t1 * t2 * ED_D % ED_P, 2 * z1 * z2 % ED_P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % ED_P, g * h % ED_P, f * g % ED_P, e * h % ED_P


def ed_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= ED_P:
        return None
    square = (y * y - 1) * pow(ED_D * y * y + 1, -1, ED_P) % ED_P
    x = pow(square, (ED_P + 3) // 8, ED_P)
    if (x * x - square) % ED_P:
        x = x * pow(2, (ED_P - 1) // 4, ED_P) % ED_P
    if (x * x - square) % ED_P or (not x and sign):
        return None
    if x & 1 != sign:
        x = ED_P - x
    return x, y, 1, x * y % ED_P


ED_BASE = ed_point((4 * pow(5, -1, ED_P) % ED_P).to_bytes(32, "little"))


def verify_ed25519(public, message, signature):
    if FAST:
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True
    point = ed_point(public)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= ED_L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ED_L
    minus = (ED_P - point[0], point[1], 1, ED_P - point[3])
    both = ed_add(ED_BASE, minus)
    out = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        out = ed_add(out, out)
        which = (s >> bit & 1) + 2 * (k >> bit & 1)
        if which:
            out = ed_add(out, (ED_BASE, minus, both)[which - 1])
    z = pow(out[2], -1, ED_P)
    x, y = out[0] * z % ED_P, out[1] * z % ED_P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def verify(suite, public, message, signature):
    return {1: verify_ed25519, 2: verify_sm2, 3: verify_p256}[suite](public, message, signature)


def is_key(suite, public):
    if suite != 1:
        return (SM2 if suite == 2 else P256).point(public) is not None
    return ed_point(public) is not None
