#!/usr/bin/env python3
"""Money rig: does a settlement survive `kill -9`, once and whole?

Like kill.py, for the money path: clients register visits, charge them, settle them,
or settle what they bring along, and now and then cancel or reverse, each under a message number of its own; the real
binary is killed at random moments; a request without an answer is sent again with the
same number, as a hospital would. In the end the rig reads the database with its own
SQL: every acknowledged settlement is there with the split that was answered, no
message settled twice, no cancellation is lost or doubled, every visit is settled at
most once – and `yima check --ledger` is content with the books.

    scripts/rig/settle.py --yima target/release/yima --kills 200
    scripts/rig/settle.py --yima … --kills 200 --store postgres
"""
import argparse, http.client, json, pathlib, random, sys, threading, time

from kill import bundle
from node import Down, Rig, number

ROOT = pathlib.Path(__file__).resolve().parents[2]
AREA = "990100"
LINES = [("1", "000000000200001", "FBC", 2200), ("2", "XC000000000000000000001", "Amlodipine", 2320), ("3", "000000000300001", "Echo", 15000)]


class Lost(Exception):
    """No answer: whether it was done is not known."""


class Desk(threading.Thread):
    """A hospital's desk with a patient of its own."""

    def __init__(self, rig, name, person):
        super().__init__(daemon=True)
        self.rig, self.label, self.person, self.made = rig, name, person, 0
        self.chance = random.Random(f"{rig.args.seed}-{name}")
        self.connection, self.unsure = None, False  # unsure: an earlier try of the message had no answer

    def once(self, method, path, body, key):
        """One try; raises Lost when there is no answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.rig.port, timeout=10)
            headers = {"Authorization": f"Bearer {self.rig.token}", "Content-Type": "application/json", "Idempotency-Key": key}
            self.connection.request(method, path, json.dumps(body).encode(), headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status == 503:
                raise Lost
            return answer.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection = None
            raise Lost from error

    def until(self, method, path, body, key):
        """The same message again until it is answered, as long as the rig runs."""
        self.unsure = False
        while True:
            try:
                with self.rig.asking():
                    return self.once(method, path, body, key)
            except Down:
                self.connection = None
                if self.rig.over.is_set():
                    raise Lost from None
                self.rig.up.wait(0.05)
            except Lost:
                self.unsure = True
                time.sleep(0.005)

    def run(self):
        while not self.rig.over.is_set():
            self.made += 1
            try:
                self.visit(f"{self.label}-{self.made}")
            except Lost:
                return

    def visit(self, word):
        """Every other settlement brings its lines along and meets others on the way."""
        lines = [{"sn": sn, "code": code, "name": name, "qty_milli": 1000, "price_fen": fen, "amount_fen": fen} for sn, code, name, fen in LINES]
        if self.made % 2:
            direct = {"person": self.person, "med_type": "11", "lines": lines}
            return self.settle(word, {"direct": direct, "msgid": f"S{word}", "use_account": True})
        status, said = self.until("POST", "/v1/visits", {"person": self.person, "med_type": "11", "msgid": f"R{word}"}, f"R{word}")
        if status >= 300:
            return self.rig.refuse(status, said)
        visit = said["visit"]
        status, said = self.until("POST", f"/v1/visits/{visit}/fees", {"batch": word, "lines": lines}, f"F{word}")
        if status >= 300:
            return self.rig.refuse(status, said)
        return self.settle(word, {"visit": visit, "msgid": f"S{word}", "batch": word, "use_account": True})

    def settle(self, word, ask):
        """Settles; some are cancelled or reversed afterwards."""
        status, said = self.until("POST", "/v1/settlements", ask, f"S{word}")
        if status >= 300:
            return self.rig.refuse(status, said, None if self.unsure else f"S{word}")
        with self.rig.lock:
            self.rig.settled[f"S{word}"] = said
        dice = self.chance.random()
        if dice < 0.2:
            status, undone = self.until("POST", f"/v1/settlements/{said['settlement']}/cancel", {"reason": "rig", "msgid": f"C{word}"}, f"C{word}")
        elif dice < 0.3:
            status, undone = self.until("POST", "/v1/settlements/reverse", {"msgid": f"S{word}"}, f"V{word}")
        else:
            return None
        if status >= 300:
            return self.rig.refuse(status, undone)
        with self.rig.lock:
            self.rig.undone.add(f"S{word}")
        return None


class MoneyRig(Rig):
    """Judges what the desks settled."""

    def __init__(self, args, **places):
        super().__init__(args, **places)
        self.settled, self.undone, self.codes, self.denied = {}, set(), {}, set()

    def refuse(self, status, said, message=None):
        """Counts a refusal; what was refused at the first try must not be there."""
        code = said.get("code", str(status))
        with self.lock:
            self.codes[code] = self.codes.get(code, 0) + 1
            if message:
                self.denied.add(message)

    def ask(self, token, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        key = f"rig-{path}-{hash(json.dumps(body))}"
        connection.request("POST", path, json.dumps(body).encode(), {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path} answers {answer.status}: {text.decode()[:500]}")
        return json.loads(text)

    def prepare(self):
        super().prepare()
        office = self.give("officer")
        self.launch()
        self.wait_ready()
        plan = json.loads((ROOT / f"crates/adjudication/plans/{AREA}-310.json").read_text())
        self.ask(office, "/v1/insurance/plans", {"version": "rig", "from": "2020-01-01", "document": plan})
        items = (ROOT / "crates/yima/src/demo_catalogue.jsonl").read_text()
        self.ask(office, "/v1/insurance/catalogues", {"admdvs": AREA, "version": "rig", "from": "2020-01-01", "items": items})
        self.people = []
        for at in range(self.args.clients):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("POST", "/fhir", bundle(f"person{at}"), {"Authorization": f"Bearer {self.token}", "Content-Type": "application/fhir+json"})
            answer = json.loads(connection.getresponse().read())
            self.people.append(answer["entry"][0]["response"]["location"].split("/")[1].split(".")[0])
        institution = json.loads(self.yima_institution())
        self.ask(office, "/v1/insurance/designations", {"admdvs": AREA, "institution": institution, "kind": "op", "level": "3", "from": "2020-01-01"})
        for person in self.people:
            self.ask(office, "/v1/insurance/coverages", {"person": person, "birth": "1990-01-01", "name": "R*", "document": "", "admdvs": AREA,
                                                         "insutype": "310", "psn_type": "1101", "from": "2020-01-01"})
            self.ask(office, "/v1/accounts/credits", {"person": person, "amount_fen": 50_000_000, "number": f"rig-{person}"})
        self.kill()

    def yima_institution(self):
        """The institution's id, as the directory answers it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/v1/institutions", headers={"Authorization": f"Bearer {self.token}"})
        said = json.loads(connection.getresponse().read())
        rows = said.get("institutions", said) if isinstance(said, dict) else said
        return json.dumps(rows[0].get("institution") or rows[0].get("id"))

    def judge_money(self):
        """Compares what was acknowledged with the database; answers what is wrong."""
        self.whole()
        wrong = []
        rows = self.query("SELECT id, msgid, kind, of_id, visit_id, fee, fund, account, mutual, cash FROM settlement_settlements")
        live, by_message, by_visit = {}, {}, {}
        for row in rows:
            number_, kind, of, visit = int(row[0]), int(row[2]), int(row[3]), int(row[4])
            if kind == 1:
                live[number_] = row
                by_message.setdefault(row[1], []).append(number_)
                by_visit.setdefault(visit, []).append(number_)
            elif kind in (2, 3):
                by_message.setdefault(f"undo {of}", []).append(number_)
        wrong += [f"message {message} had {len(found)} effects" for message, found in by_message.items() if len(found) > 1]
        wrong += [f"visit {visit} settled {len(found)} times" for visit, found in by_visit.items() if len(found) > 1]
        wrong += [f"{message} was refused and is there" for message in self.denied if message in by_message]
        for message, said in self.settled.items():
            row = live.get(number(said["settlement"]))
            if row is None:
                wrong.append(f"{message} is lost")
                continue
            told = [said[name] for name in ("fee_fen", "fund_fen", "account_fen", "mutual_fen", "cash_fen")]
            if list(map(int, row[5:])) != told:
                wrong.append(f"{message} was answered {told} and is {row[5:]}")
            if told[0] != sum(told[1:]) + said["hospital_fen"]:
                wrong.append(f"{message} does not add up")
            undone = f"undo {number(said['settlement'])}" in by_message
            if message in self.undone and not undone:
                wrong.append(f"the cancellation of {message} is lost")
        return wrong


class SettleRig(MoneyRig):
    def run(self):
        seconds, crashes = self.kill_often([Desk(self, f"d{at}", person) for at, person in enumerate(self.people)])
        lines, content = self.check("--ledger")
        wrong = self.judge_money()
        print(f"{self.args.store}: {self.args.kills} kills{crashes} in {seconds:.0f} s, "
              f"{len(self.settled)} settlements acknowledged, {len(self.undone)} undone, {len(wrong)} wrong, refused {self.codes}, "
              f"books: {'content' if content else [line for line in lines if line['verdict'] == 'bad']}")
        for line in wrong[:20]:
            print("  " + line)
        # Nothing this rig asks for may be refused.
        self.good = not wrong and content and not self.codes and len(self.settled) >= self.args.kills
        return self.good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yima", default="target/release/yima")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    rig = SettleRig(parser.parse_args())
    try:
        rig.prepare()
        return 0 if rig.run() else 1
    finally:
        rig.close()


if __name__ == "__main__":
    sys.exit(main())
