#!/usr/bin/env python3
"""Kill rig: does an acknowledged write survive `kill -9`?

A program of its own, with no code of Yima's: it starts the real binary, supplies
resources from several clients, notes every acknowledgement in its own journal,
kills the process at a random moment – sometimes while it still starts, sometimes
together with its PostgreSQL –, starts it again, and in the end reads the database
with its own SQL and its own reading of ids. Every acknowledged entry must be there
and say what was sent, every bundle wholly or not at all and with its event, and
`yima check` must be content.

A kill leaves the machine's page cache alone: what only a power cut takes away is
seen by power.py.

    scripts/rig/kill.py --yima target/release/yima --kills 200
    scripts/rig/kill.py --yima … --kills 200 --store postgres   (starts its own server)
"""
import argparse, http.client, json, sys, threading, time

from node import Down, Rig, number

BUNDLE = 3  # observations in one bundle


def bundle(name):
    patient = {"resourceType": "Patient", "id": f"p-{name}", "name": [{"text": "Rig"}], "gender": "female", "birthDate": "1990-01-01"}
    entries = [{"fullUrl": f"http://rig.example/fhir/Patient/p-{name}", "resource": patient, "request": {"method": "POST", "url": "Patient"}}]
    for one in range(BUNDLE):
        observation = {"resourceType": "Observation", "id": f"o-{name}-{one}", "status": "final", "code": {"text": "Rig"},
                       "subject": {"reference": f"Patient/p-{name}"}, "effectiveDateTime": "2026-11-01T08:00:00Z", "valueString": name}
        entries.append({"fullUrl": f"http://rig.example/fhir/Observation/o-{name}-{one}", "resource": observation, "request": {"method": "POST", "url": "Observation"}})
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


class Client(threading.Thread):
    """Supplies bundles one after another and journals what was acknowledged."""

    def __init__(self, rig, name):
        super().__init__(daemon=True)
        self.rig, self.label, self.made, self.connection = rig, name, 0, None

    def run(self):
        while not self.rig.over.is_set():
            try:
                with self.rig.asking():
                    self.supply()
            except Down:
                self.connection = None
                self.rig.up.wait(0.05)
            except (OSError, http.client.HTTPException, ValueError):
                self.connection = None
                self.rig.unsure.add(f"{self.label}-{self.made}")
                # Every other bundle without an answer is sent again, as a hospital
                # would: that must not double it. The others show what was left.
                if self.made % 2:
                    self.made -= 1
                time.sleep(0.005)

    def supply(self):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.rig.port, timeout=10)
        self.made += 1
        word = f"{self.label}-{self.made}"
        self.connection.request("POST", "/fhir", bundle(word), {"Authorization": f"Bearer {self.rig.token}", "Content-Type": "application/fhir+json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            with self.rig.lock:
                self.rig.refused.setdefault(answer.status, set()).add(word)
            return
        places = [entry["response"]["location"] for entry in json.loads(text)["entry"]]
        with self.rig.lock:
            self.rig.note([word, *places])
            self.rig.acknowledged.append((word, [place.split("/")[1] for place in places]))


class RecordsRig(Rig):
    """Judges what the clients supplied."""

    def __init__(self, args, **places):
        super().__init__(args, **places)
        self.acknowledged, self.refused = [], {}
        self.unsure = set()  # bundles that had no answer once
        self.journal = open(self.folder / "journal.ndjson", "w")

    def note(self, line):
        self.journal.write(json.dumps(line) + "\n")
        self.journal.flush()

    def judge_records(self):
        """Compares the journal with the database; answers (lost, halves). What is there
        although it was refused counts as half."""
        self.whole()
        stored = {(int(person), int(entry)): says for person, entry, says in
                  self.query("SELECT person_id, id, value FROM records_entries WHERE person_id <> 0")}
        lost = 0
        for word, ids in self.acknowledged:
            person = number(ids[0])
            assert len(ids) == BUNDLE + 1, ids
            for one in ids[1:]:
                owner, entry = one.split(".")
                if number(owner) != person or stored.get((person, number(entry))) != word:
                    lost += 1
        by_person = {int(person): 0 for person, in self.query("SELECT person_id FROM identity_persons")}
        for person, _ in stored:
            by_person[person] = by_person.get(person, 0) + 1
        witnessed = {int(person) for person, in self.query("SELECT DISTINCT person_id FROM store_events")}
        refused = set().union(*self.refused.values()) - self.unsure - {word for word, _ in self.acknowledged}
        halves = len(refused & set(stored.values())) + sum(1 for person, count in by_person.items() if count != BUNDLE + 1 or person not in witnessed)
        return lost, halves

    def close(self):
        self.journal.close()
        super().close()


class KillRig(RecordsRig):
    def run(self):
        seconds, crashes = self.kill_often([Client(self, f"c{at}") for at in range(self.args.clients)])
        lines, content = self.check()
        trail = [line for line in lines if line["what"] == "trail"]
        lost, halves = self.judge_records()
        refused = {status: len(words) for status, words in self.refused.items()}
        print(f"{self.args.store}: {self.args.kills} kills{crashes} in {seconds:.0f} s, {len(self.acknowledged)} bundles acknowledged, "
              f"{lost} entries lost, {halves} half bundles, refused {refused}, trail: {'; '.join(line['says'] for line in trail)}")
        # A kill may cut an answer off; it never makes the node answer wrongly. Only
        # a database that crashed a moment earlier is an answer of its own.
        expected = {503} if self.postgres else set()
        self.good = lost == 0 and halves == 0 and content and bool(trail) and refused.keys() <= expected and len(self.acknowledged) >= self.args.kills
        return self.good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yima", default="target/release/yima")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    rig = KillRig(parser.parse_args())
    try:
        rig.prepare()
        return 0 if rig.run() else 1
    finally:
        rig.close()


if __name__ == "__main__":
    sys.exit(main())
