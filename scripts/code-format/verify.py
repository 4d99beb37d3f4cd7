#!/usr/bin/env python3
"""A second reader and verifier of codes, written from docs/code-format.md alone.

    verify.py VECTORS.json

checks every vector of the file and tells how many agree; it fails when one does
not. The suites' algorithms are in algorithms.py beside it.
"""

import hmac
import json
import sys

sys.dont_write_bytecode = True

from algorithms import P256, Block, derive, digest, is_key, mac, verify  # noqa: E402


# --- CBOR, as much as is needed ----------------------------------------------

def head(major, value):
    for limit, more, size in ((24, None, 0), (1 << 8, 24, 1), (1 << 16, 25, 2), (1 << 32, 26, 4), (1 << 64, 27, 8)):
        if value < limit:
            first = value if more is None else more
            return bytes([major << 5 | first]) + (value.to_bytes(size, "big") if size else b"")
    raise ValueError(value)


class Raw(bytes):
    """Items already encoded."""


def cbor(item):
    if isinstance(item, Raw):
        return bytes(item)
    if isinstance(item, bool):
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item.encode())) + item.encode()
    if isinstance(item, list):
        return head(4, len(item)) + b"".join(map(cbor, item))
    return head(5, len(item)) + b"".join(cbor(k) + cbor(v) for k, v in item.items())


def uncbor(data, at=0):
    """The item at a place, and where the next begins."""
    major, small = data[at] >> 5, data[at] & 31
    at += 1
    value = small
    if small >= 24:
        size = 1 << (small - 24)
        if size > 8:
            raise ValueError("indefinite")
        value = int.from_bytes(data[at:at + size], "big")
        at += size
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        if at + value > len(data):
            raise ValueError("short")
        found = data[at:at + value]
        return (found if major == 2 else found.decode()), at + value
    if major == 4:
        out = []
        for _ in range(value):
            item, at = uncbor(data, at)
            out.append(item)
        return out, at
    if major == 5:
        pairs = {}
        for _ in range(value):
            key, at = uncbor(data, at)
            pairs[key], at = uncbor(data, at)
        return pairs, at
    if major == 6:
        return uncbor(data, at)
    raise ValueError("type")


ALGORITHM = {1: -8, 2: -65537, 3: -7}


def to_be_signed(suite, kid, context, payload):
    protected = cbor({1: ALGORITHM[suite], 4: kid})
    return cbor(["Signature1", protected, context, payload])


# --- Reading a text (section 1) ----------------------------------------------

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
HALF_ORDER = P256.n // 2


class Unreadable(Exception):
    pass


def base45(text):
    if len(text) % 3 == 1:
        raise Unreadable("text")
    out = bytearray()
    for at in range(0, len(text), 3):
        group = [ALPHABET.find(c) for c in text[at:at + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(group))
        size = 2 if len(group) == 3 else 1
        if min(group) < 0 or number >= 256**size:
            raise Unreadable("text")
        out += number.to_bytes(size, "big")
    return bytes(out)


class Code:
    pass


def low_s(suite, signature):
    if suite == 3 and int.from_bytes(signature[32:], "big") > HALF_ORDER:
        raise Unreadable("field")


def name_of(data):
    try:
        name = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("field") from None
    # White_Space as Python strips it, without the separators U+001C to U+001F,
    # which are control characters anyway.
    hidden = [*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
    control = any(ord(c) < 32 or 127 <= ord(c) < 160 for c in name)
    if name != name.strip() or control or any(ord(c) in hidden for c in name):
        raise Unreadable("field")
    return name


def read(text):
    text = text.strip(" \t\n\f\r")
    if not text:
        raise Unreadable("empty")
    if len(text.encode("utf-8", "surrogatepass")) > 512:
        raise Unreadable("too-long")
    if not text.startswith("YM1:"):
        number = text[2:].split(":")[0] if text.startswith("YM") and ":" in text else ""
        ours = 1 <= len(number) <= 2 and all(c in "0123456789" for c in number)
        raise Unreadable("version" if ours else "not-ours")
    data = base45(text[4:])
    if len(data) < 2:
        raise Unreadable("length")
    if data[0] >> 4 != 1:
        raise Unreadable("version")
    code = Code()
    code.data, code.kind, code.suite = data, data[0] & 15, data[1]
    if code.kind not in (1, 2, 3, 4):
        raise Unreadable("kind")
    if code.suite not in ((1, 2) if code.kind == 1 else (1, 2, 3)):
        raise Unreadable("suite")
    (read_phone, read_offline, read_paper, read_site)[code.kind - 1](code, data)
    return code


def number(data):
    return int.from_bytes(data, "big")


def signed_number(data):
    return int.from_bytes(data, "big", signed=True)


def read_phone(code, data):
    if len(data) != 38:
        raise Unreadable("length")
    code.region, code.epoch_low = number(data[2:5]), data[5]
    code.handle, code.step, code.tag = data[6:22], number(data[22:26]), data[26:]


def read_offline(code, data):
    k = 32 if code.suite == 1 else 33
    if len(data) != 165 + k:
        raise Unreadable("length")
    code.kid, code.id, code.holder = data[2:10], data[10:26], data[26:26 + k]
    if code.suite != 1 and code.holder[0] not in (2, 3):
        raise Unreadable("field")
    code.cover, code.cap = data[26 + k], number(data[27 + k:29 + k])
    code.expires, code.signature = number(data[29 + k:33 + k]), data[33 + k:97 + k]
    step = number(data[97 + k:101 + k])
    code.step, code.challenged = step & 0x7FFFFFFF, bool(step >> 31)
    code.before, code.held = data[:101 + k], data[101 + k:]
    low_s(code.suite, code.signature)
    low_s(code.suite, code.held)
    if code.suite == 1:
        key = {1: 1, -1: 6, -2: code.holder}
    else:
        curve = -65537 if code.suite == 2 else 1
        key = {1: 2, -1: curve, -2: code.holder[1:], -3: code.holder[0] == 3}
    code.payload = cbor({4: code.expires, 7: code.id, 8: {1: key}, -65537: code.cover, -65538: code.cap})
    code.use = 1


def read_paper(code, data):
    n = len(data) - 94
    if not 1 <= n <= 30:
        raise Unreadable("length")
    code.kid, code.id, code.expires = data[2:10], data[10:26], number(data[26:30])
    code.name, code.signature = name_of(data[30:30 + n]), data[30 + n:]
    low_s(code.suite, code.signature)
    code.payload = cbor({2: code.name, 4: code.expires, 7: code.id})
    code.use = 2


def read_site(code, data):
    n = len(data) - 95
    if not 1 <= n <= 60:
        raise Unreadable("length")
    code.kid, code.purpose, code.id, code.expires = data[2:10], data[10], data[11:27], number(data[27:31])
    if code.purpose not in (1, 2, 3):
        raise Unreadable("field")
    code.name, code.signature = name_of(data[31:31 + n]), data[31 + n:]
    low_s(code.suite, code.signature)
    code.payload = cbor({2: code.name, 4: code.expires, 7: code.id, -65539: code.purpose})
    code.use = 4


# --- The server's check (section 4) ------------------------------------------

WEEK = 604800


def trunc(tag, modulus):
    at = tag[31] & 15
    return (number(tag[at:at + 4]) & 0x7FFFFFFF) % modulus


def in_time(step, now):
    age = now - step // 8 * 30
    return "late" if age > 60 else "early" if age < -60 else None


class Epoch:
    def __init__(self, suite, master, epoch):
        self.suite, self.epoch = suite, epoch
        key = lambda use: derive(suite, master, b"YM1 " + use + epoch.to_bytes(2, "big"))
        self.handles, self.device, self.bar = Block(suite, key(b"handle")), key(b"device"), key(b"bar")

    def secret(self, device):
        return derive(self.suite, self.device, device.to_bytes(8, "big", signed=True))

    def handle(self, device, slot):
        return self.handles.encrypt(device.to_bytes(8, "big", signed=True) + slot.to_bytes(4, "big") + bytes(4))

    def short(self, device, slot):
        left, right = divmod(device % 2**64, 2**32)
        for r in range(8):
            f = mac(self.suite, self.bar, bytes([r]) + slot.to_bytes(4, "big") + right.to_bytes(4, "big"))
            left, right = right, left ^ number(f[:4])
        return left.to_bytes(4, "big") + right.to_bytes(4, "big")


class Server:
    def __init__(self, suite, region, master):
        self.suite, self.region, self.master, self.epochs = suite, region, master, {}

    def epoch(self, epoch):
        if epoch not in self.epochs:
            if len(self.epochs) > 50:
                self.epochs.clear()
            self.epochs[epoch] = Epoch(self.suite, self.master, epoch)
        return self.epochs[epoch]

    def check(self, text, now):
        try:
            code = read(text)
        except Unreadable:
            return {"found": "unreadable"}
        if code.kind != 1:
            return {"found": "other-kind"}
        if code.region != self.region:
            return {"found": "other-region"}
        if code.suite != self.suite:
            return {"found": "other-suite"}
        week = code.step // 8 * 30 // WEEK
        fitting = [epoch for epoch in (week, week - 1) if epoch >= 0 and epoch & 255 == code.epoch_low]
        if not fitting:
            return {"found": "epoch"}
        epoch = self.epoch(fitting[0])
        block = epoch.handles.decrypt(code.handle)
        device = signed_number(block[:8])
        tag = mac(self.suite, epoch.secret(device), code.data[:26])[:12]
        slot = code.step // 8 // 4
        if block[8:] != slot.to_bytes(4, "big") + bytes(4) or not hmac.compare_digest(tag, code.tag):
            return {"found": "forged"}
        wrong = in_time(code.step, now)
        if wrong:
            return {"found": wrong}
        return {"found": "accepted", "device": device, "step": code.step}


def stock(case):
    suite, device, slot = case["suite"], case["device"], case["slot"]
    epoch = Epoch(suite, bytes.fromhex(case["master"]), case["epoch"])
    secret, short, half = epoch.secret(device), epoch.short(device, slot), (slot * 4).to_bytes(4, "big")
    check = trunc(mac(suite, secret, b"YM1 bar" + half + short), 10**7)
    return {
        "secret": secret.hex(),
        "handle": epoch.handle(device, slot).hex(),
        "bar": short.hex(),
        "spoken": f"{trunc(mac(suite, secret, b'YM1 spoken' + half), 10**6):06}",
        "barcode": f"{1 + case['epoch'] % 2}{number(short):020}{check:07}",
    }


# --- The offline verdict (sections 9 and 10) ----------------------------------

class Terminal:
    def __init__(self, spec):
        self.test = spec["realm"]
        self.list = self.issuers = None
        self.shards = {}
        self.known = {}
        if spec["trust_list"]:
            self.take_list(bytes.fromhex(spec["trust_list"]), spec["roots"])
        for shard in spec["shards"]:
            self.take_shard(bytes.fromhex(shard))

    def opened(self, message, context, key_of):
        protected, other, payload, signature = uncbor(message)[0]
        header = uncbor(protected)[0]
        kid = header[4]
        suite, public = key_of(kid)
        assert message == b"\xd2" + cbor([protected, {}, payload, signature]) and not other
        assert protected == cbor({1: ALGORITHM[suite], 4: kid})
        assert verify(suite, public, to_be_signed(suite, kid, context, payload), signature), "a list is forged"
        content, end = uncbor(payload)
        assert end == len(payload) and cbor(content) == payload
        return content

    def take_list(self, message, roots):
        roots = {bytes.fromhex(r["kid"]): (r["suite"], bytes.fromhex(r["public"])) for r in roots}
        form, _version, made_at, realm, issuers = self.opened(message, b"YM1 trust list", roots.__getitem__)
        kids = [issuer[0] for issuer in issuers]
        assert form == 1 and realm == self.test and all(kid[0] >> 7 == realm for kid in [*kids, *roots])
        assert kids == sorted(set(kids)) and all(is_key(i[1], i[6]) for i in issuers)
        self.list, self.issuers = made_at, {issuer[0]: issuer for issuer in issuers}

    def take_shard(self, message):
        regions = []

        def key_of(kid):
            issuer = self.issuers[kid]
            assert issuer[2] & 8
            regions.append(issuer[3])
            return issuer[1], issuer[6]

        content = self.opened(message, b"YM1 revocations", key_of)
        assert content[0] == 1 and content[2] < content[3] and len(content[7]) == content[6] * 6
        # Of the region whose key signed it: each has its own.
        self.shards.setdefault(regions[0], {})[content[2]] = content

    def shard(self, kid, id16):
        """Whether it is revoked, and when the shard was made; None without a shard."""
        held = self.shards.get(self.issuers[kid][3])
        if not held:
            return None
        _, _, _, shards, suite, _, _, _ = next(iter(held.values()))
        base = digest(suite, kid + id16)
        shard = held.get(number(base[:2]) % shards)
        if shard is None:
            return None
        _, made_at, _, _, _, seed, block, prints = shard
        d = digest(suite, seed.to_bytes(4, "big") + base)
        found = 0
        for i in range(3):
            slot = i * block + number(d[4 * i:4 * i + 4]) % block
            found ^= number(prints[2 * slot:2 * slot + 2])
        return found == number(d[12:14]), made_at

    def signed(self, code, public, challenge):
        message = to_be_signed(code.suite, code.kid, code.data[:2], code.payload)
        # One credential is shown many times: its issuer's signature is checked once.
        seen = (public, message, code.signature)
        if seen not in self.known:
            self.known[seen] = verify(code.suite, public, message, code.signature)
        if not self.known[seen]:
            return False
        if code.kind != 2:
            return True
        if not is_key(code.suite, code.holder):
            return False
        return verify(code.suite, code.holder, b"YM1 holder" + code.before + challenge, code.held)

    def check(self, text, now, challenge):
        try:
            code = read(text)
        except Unreadable:
            return {"found": "unreadable"}
        if code.kind == 1:
            return {"found": "ask-server"}
        if self.list is None:
            return {"found": "no-list"}
        if now < self.list - 60:
            return {"found": "clock-wrong"}
        if code.kid[0] >> 7 != self.test:
            return {"found": "production-key" if self.test else "test-key"}
        issuer = self.issuers.get(code.kid)
        if issuer is None:
            return {"found": "unknown-issuer"}
        _, suite, uses, _, since, until, public, _ = issuer
        if suite != code.suite:
            return {"found": "forged"}
        if not uses & code.use or not since <= now < until:
            return {"found": "issuer-out-of-use"}
        if code.kind == 2 and code.challenged and challenge is None:
            return {"found": "challenge-unknown"}
        if code.kind == 2 and not code.challenged and challenge is not None:
            return {"found": "challenge-missing"}
        if not self.signed(code, public, challenge or b""):
            return {"found": "forged"}
        return {"found": self.graded(code, now), "said": self.said(code)}

    def graded(self, code, now):
        if now >= code.expires:
            return "expired"
        if code.kind == 2:
            if code.expires > now + 72 * 3600 + 60:
                return "not-yet"
            wrong = in_time(code.step, now)
            if wrong:
                return wrong
        listed = self.shard(code.kid, code.id)
        if listed and listed[0]:
            return "revoked"
        age = now - min(self.list, listed[1] if listed else self.list)
        if age // 86400 >= 8:
            return "list-too-old"
        if listed is None:
            return "valid-no-revocations"
        return "valid-list-old" if age > 86400 else "valid"

    @staticmethod
    def said(code):
        if code.kind == 2:
            return {
                "pseudonym": code.id.hex(), "class": code.cover, "cap_yuan": code.cap,
                "expires_at": code.expires, "step": code.step,
            }
        if code.kind == 3:
            return {"name": code.name, "expires_at": code.expires}
        return {
            "use": code.purpose, "organisation": signed_number(code.id[:8]), "place": code.id[8:].hex(),
            "expires_at": code.expires, "name": code.name,
        }


# --- Running vectors ----------------------------------------------------------

def compare(where, case, found, tally):
    expected = {key: case[key] for key in found if key in case}
    same = expected == found and all(key in found for key in ("said",) if case.get(key) is not None)
    tally[same] += 1
    if not same and tally[False] <= 10:
        print(f"{where}: {case}\n  found {found}", file=sys.stderr)


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    tally = {True: 0, False: 0}
    for case in vectors.get("readings", []):
        try:
            read(case["text"])
            found = "ok"
        except Unreadable as word:
            found = str(word)
        compare("readings", case, {"found": found}, tally)
    for spec in vectors.get("servers", []):
        server = Server(spec["suite"], spec["region"], bytes.fromhex(spec["master"]))
        for case in spec["cases"]:
            compare("servers", case, server.check(case["text"], case["now"]), tally)
    for case in vectors.get("stocks", []):
        compare("stocks", case, stock(case), tally)
    for spec in vectors.get("terminals", []):
        terminal = Terminal(spec)
        for case in spec["cases"]:
            challenge = bytes.fromhex(case["challenge"]) if case["challenge"] else None
            compare("terminals", case, terminal.check(case["text"], case["now"], challenge), tally)
    print(f"{tally[True]} agree, {tally[False]} differ")
    return 1 if tally[False] or not tally[True] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
