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
not seen here.

    scripts/rig/kill.py --yima target/release/yima --kills 200
    scripts/rig/kill.py --yima … --kills 200 --store postgres   (starts its own server)
"""
import argparse, http.client, json, os, pathlib, random, shutil, signal, socket, sqlite3, subprocess, sys, tempfile, threading, time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BUNDLE = 3  # observations in one bundle
START_SECONDS_MAX = 20


def number(text):
    """An id's number from its text: prefix, 13 digits of base 32, check character."""
    bits = 0
    for letter in text[1:14]:
        bits = bits << 5 | ALPHABET.index(letter)
    bits &= (1 << 64) - 1
    return bits - (1 << 64) if bits >> 63 else bits


class Postgres:
    """A server of our own in a temporary folder, with Debian's programs."""

    def __init__(self):
        self.bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yima-rig-pg-"))
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if os.getuid() == 0:
            shutil.chown(self.root, "postgres", "postgres")
        self.data = self.root / "data"
        run = lambda *a: subprocess.run([*self.user, *map(str, a)], check=True, stdout=subprocess.DEVNULL)
        run(self.bin / "initdb", "--locale=C", "--encoding=UTF8", "--auth=trust", "--username=yima", "-D", self.data)
        self.url = f"host={self.root} user=yima dbname=postgres"
        self.start()

    def start(self):
        self.server = subprocess.Popen([*self.user, str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.root),
                                        "-c", "listen_addresses=", "-c", "max_connections=50"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            if subprocess.run([str(self.bin / "pg_isready"), "-q", "-h", str(self.root)]).returncode == 0:
                return
            time.sleep(0.1)
        self.close()
        raise SystemExit("PostgreSQL did not come up")

    def rows(self, sql):
        out = subprocess.run([str(self.bin / "psql"), "-h", str(self.root), "-U", "yima", "-d", "postgres", "-At", "-F", "|", "-c", sql],
                             check=True, capture_output=True, text=True).stdout
        return [tuple(line.split("|")) for line in out.splitlines() if line]

    def crash(self):
        """An immediate stop: nothing is finished or written out, as if it had crashed."""
        self.server.send_signal(signal.SIGQUIT)

    def close(self):
        self.server.send_signal(signal.SIGINT)
        self.server.wait(30)
        shutil.rmtree(self.root, ignore_errors=True)


class Client(threading.Thread):
    """Supplies bundles one after another and journals what was acknowledged."""

    def __init__(self, rig, name):
        super().__init__(daemon=True)
        self.rig, self.label, self.made = rig, name, 0

    def run(self):
        connection = None
        while not self.rig.over.is_set():
            if not self.rig.up.is_set():
                connection = None
                self.rig.up.wait(0.05)
                continue
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.rig.port, timeout=10)
                self.made += 1
                word = f"{self.label}-{self.made}"
                connection.request("POST", "/fhir", self.rig.bundle(word), {"Authorization": f"Bearer {self.rig.token}", "Content-Type": "application/fhir+json"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200:
                    with self.rig.lock:
                        self.rig.refused[answer.status] = self.rig.refused.get(answer.status, 0) + 1
                    continue
                ids = [entry["response"]["location"].split("/")[1] for entry in json.loads(text)["entry"]]
                with self.rig.lock:
                    self.rig.journal.write(json.dumps([word, *ids]) + "\n")
                    self.rig.journal.flush()
                    self.rig.acknowledged.append((word, ids))
            except (OSError, http.client.HTTPException, ValueError):
                connection = None
                # Every other bundle without an answer is sent again, as a hospital
                # would: that must not double it. The others show what was left.
                if self.made % 2:
                    self.made -= 1
                time.sleep(0.005)


class Rig:
    def __init__(self, args):
        self.args = args
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yima-rig-"))
        self.postgres = Postgres() if args.store == "postgres" else None
        self.over, self.up, self.lock = threading.Event(), threading.Event(), threading.Lock()
        self.acknowledged, self.refused = [], {}
        self.process, self.port, self.good = None, 0, False
        self.journal = open(self.folder / "journal.ndjson", "w")
        self.environment = dict(os.environ, YIMA_STORE_URL=self.postgres.url if self.postgres else "sqlite:data/yima.sqlite", YIMA_LOG_LEVEL="error")

    def prepare(self):
        self.yima("init", "--institution", "RIG=Rig", "--admin", "rig")
        given = json.loads(self.yima("token", "give", "--role", "his", "--institution", "RIG", "--label", "rig", "--json"))
        self.token = given["token"]

    def yima(self, *words, check=True):
        done = subprocess.run([self.args.yima, "--config", str(self.folder / "yima.toml"), *words], env=self.environment, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise SystemExit(f"yima {' '.join(words)} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def bundle(self, name):
        patient = {"resourceType": "Patient", "id": f"p-{name}", "name": [{"text": "Rig"}], "gender": "female", "birthDate": "1990-01-01"}
        entries = [{"fullUrl": f"http://rig.example/fhir/Patient/p-{name}", "resource": patient, "request": {"method": "POST", "url": "Patient"}}]
        for number_ in range(BUNDLE):
            observation = {"resourceType": "Observation", "id": f"o-{name}-{number_}", "status": "final", "code": {"text": "Rig"},
                           "subject": {"reference": f"Patient/p-{name}"}, "effectiveDateTime": "2026-11-01T08:00:00Z", "valueString": name}
            entries.append({"fullUrl": f"http://rig.example/fhir/Observation/o-{name}-{number_}", "resource": observation, "request": {"method": "POST", "url": "Observation"}})
        return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()

    def launch(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(self.folder / "serve.log", "a") as log:
            self.process = subprocess.Popen([self.args.yima, "--config", str(self.folder / "yima.toml"), "serve", "--listen", f"127.0.0.1:{self.port}"],
                                            env=self.environment, stdout=subprocess.DEVNULL, stderr=log)

    def wait_ready(self):
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS_MAX:
            if self.process.poll() is not None:
                raise SystemExit(f"the node did not start: {(self.folder / 'serve.log').read_text()[-2000:]}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.005)
        raise SystemExit("the node did not become ready")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.up.clear()

    def query(self, sql):
        """Rows as tuples of text, read beside the program."""
        if self.postgres:
            return self.postgres.rows(sql)
        database = sqlite3.connect(self.folder / "data" / "yima.sqlite")
        try:
            return [tuple(map(str, row)) for row in database.execute(sql)]
        finally:
            database.close()

    def judge(self):
        """Compares the journal with the database; answers (lost, halves)."""
        if not self.postgres and self.query("PRAGMA integrity_check") != [("ok",)]:
            raise SystemExit("SQLite finds the file damaged")
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
        halves = sum(1 for person, count in by_person.items() if count != BUNDLE + 1 or person not in witnessed)
        return lost, halves

    def check(self):
        """What `yima check` says of the trail, and whether it is content."""
        lines = json.loads(self.yima("check", "--json", check=False))["lines"]
        trail = [line for line in lines if line["what"] == "trail"]
        return "; ".join(line["says"] for line in trail), bool(trail) and all(line["verdict"] != "bad" for line in lines)

    def run(self):
        clients = [Client(self, f"c{n}") for n in range(self.args.clients)]
        for client in clients:
            client.start()
        chance = random.Random(self.args.seed)
        began, crashes = time.time(), 0
        for kill in range(self.args.kills):
            self.launch()
            if chance.random() < 0.1:
                time.sleep(chance.uniform(0, 0.1))
            else:
                self.wait_ready()
                self.up.set()
                time.sleep(chance.uniform(0, 0.5))
            if self.postgres and chance.random() < 0.1:
                crashes += 1
                self.postgres.crash()
                self.kill()
                self.postgres.server.wait(30)
                self.postgres.start()
            else:
                self.kill()
        self.over.set()
        for client in clients:
            client.join(15)
        says, content = self.check()
        lost, halves = self.judge()
        print(f"{self.args.store}: {self.args.kills} kills{f' ({crashes} with the server)' if self.postgres else ''} in {time.time() - began:.0f} s, {len(self.acknowledged)} bundles acknowledged, "
              f"{lost} entries lost, {halves} half bundles, refused {self.refused}, trail: {says}")
        # A kill may cut an answer off; it never makes the node answer wrongly. Only
        # a database that crashed a moment earlier is an answer of its own.
        expected = {503} if self.postgres else set()
        self.good = lost == 0 and halves == 0 and content and self.refused.keys() <= expected and len(self.acknowledged) >= self.args.kills
        return self.good

    def close(self):
        self.over.set()
        self.journal.close()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.postgres:
            self.postgres.close()
        if self.good:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"kept for looking: {self.folder}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yima", default="target/release/yima")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    rig = Rig(parser.parse_args())
    try:
        rig.prepare()
        return 0 if rig.run() else 1
    finally:
        rig.close()


if __name__ == "__main__":
    sys.exit(main())
