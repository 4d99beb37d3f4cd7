#!/usr/bin/env python3
"""Power-cut rig: is an acknowledged write on the platter, and not only in a cache?

The node – and with `--store postgres` its whole PostgreSQL – lives on a filesystem of
the rig's own (`rig/`, mounted over FUSE) that keeps only what was synced. Desks settle
and clients supply records until the power goes: at a random moment, or at the n-th
write, sync or name from now, sometimes while the node still starts. Then everything is
killed, the disk forgets what was not synced, and the node starts on what is left.
After every cut the rig reads the database with its own SQL: every acknowledged
settlement is there once, with the split that was answered, every acknowledged entry
says what was sent, no bundle is there by half, and `yima check --ledger` is content.

    drop    what was not synced is lost, names included (a folder must be synced for them)
    pages   of what was not synced, pages of 4 KiB outlive the cut by chance: reordered
    torn    sectors of 512 bytes do: torn pages

Besides cuts, `--fail-syncs` lets the n-th sync fail (the process must stop without an
acknowledgement), and `--fills` fills the disk at the n-th write (507, reading goes on,
writing resumes by itself). `--qualify` checks the rig: on a disk that lies about its
syncs it must find the loss.

    scripts/rig/power.py --yima target/release/yima --cuts 200
    scripts/rig/power.py --yima … --cuts 50 --variant torn --store postgres
    scripts/rig/power.py --yima … --qualify

It needs root and /dev/fuse. Where they are missing it says so and ends well, with
YIMA_NEED_FUSE=1 badly.
"""
import argparse, contextlib, http.client, json, os, pathlib, random, signal, subprocess, sys, tempfile, time

from kill import Client, RecordsRig
from node import Postgres, Unfit
from settle import Desk, MoneyRig

VARIANTS = ["drop", "pages", "torn"]
LOST_DISK = 74  # the exit code of a node whose disk failed
ENOUGH_SECONDS = 20
SWEEP = 200  # faults hit one of the first so many syncs or writes
ROUND = 50  # steps in one node's life


class Unusable(Exception):
    """FUSE cannot be used here."""


class Disk:
    """The rig's filesystem, mounted on a folder of its own."""

    def __init__(self, program, names):
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise Unusable("/dev/fuse cannot be opened")
        if os.getuid() != 0:
            raise Unusable("mounting for other users needs root")
        self.mount = pathlib.Path(tempfile.mkdtemp(prefix="yima-rig-disk-"))
        self.mount.chmod(0o755)
        self.process = subprocess.Popen([str(program), str(self.mount), "--names", names], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith("ok"):
            raise Unusable(self.process.stderr.read().strip())

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        verdict, _, says = self.process.stdout.readline().strip().partition(" ")
        if verdict != "ok":
            raise SystemExit(f"the disk refuses {words}: {says}")
        return says

    def status(self):
        return json.loads(self.say("status"))

    def close(self):
        self.process.stdin.close()
        if self.process.wait(30) != 0:
            print(f"the rig's disk says: {self.process.stderr.read()}")
            subprocess.run(["umount", "-l", str(self.mount)], check=False)
        self.mount.rmdir()


def until(what, holds, seconds=ENOUGH_SECONDS):
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise Unfit(f"after {seconds} s still not: {what}")
        time.sleep(0.003)


class PowerRig(MoneyRig, RecordsRig):
    def __init__(self, args, disk):
        self.disk, self.chance = disk, random.Random(args.seed)
        self.cuts, self.wrong, self.told = 0, [], {"failed": 0, "full": 0}
        home = disk.mount / "node"
        home.mkdir()
        database = None
        if args.store == "postgres":
            database = Postgres(disk.mount / "pg", ["checkpoint_timeout=30s"])
        disk.say("settle")
        super().__init__(args, home=home, postgres=database)

    # The power.

    def off(self, model):
        """The power goes, if it has not gone; all that ran ends; the disk comes back."""
        self.disk.say("off")
        with self.lock:
            self.up.clear()
        self.process.kill()
        family = self.postgres.family() if self.postgres else []
        for one in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.disk.say("cut", model, self.chance.getrandbits(63))
        self.process.wait()
        self.quiet()
        self.cuts += 1
        if self.postgres:
            self.postgres.server.wait()
            until("PostgreSQL has ended", lambda: not any(pathlib.Path(f"/proc/{one}/exe").exists() for one in family))

    def again(self, what=None):
        """Starts on what is left; stops once to let everything be looked at, if told."""
        if self.postgres and self.postgres.server.poll() is not None:
            self.postgres.start()
        self.launch()
        self.wait_ready()
        if what:
            self.process.terminate()
            self.process.wait()
            self.look(what)
            self.launch()
            self.wait_ready()

    def model(self):
        return self.args.variant if self.args.variant != "mixed" else self.chance.choice(VARIANTS)

    # What happens between two looks.

    def cut(self):
        """A cut under load at a moment by chance."""
        at = self.chance.random()
        if at < 0.5:
            self.disk.say("off", self.chance.randint(1, 400))
        self.up.set()
        began, long = time.monotonic(), self.chance.uniform(0, 0.4)
        while time.monotonic() - began < long and not self.disk.status()["off"]:
            time.sleep(0.003)
        self.off(self.model())

    def cut_starting(self):
        """A cut while the node starts, or starts again after another cut."""
        self.off(self.model())
        if self.postgres:
            self.postgres.start()
        self.disk.say("off", self.chance.randint(1, 30))
        self.launch()
        until("ready or without power", lambda: self.disk.status()["off"] or self.process.poll() is not None or self.ready())
        self.off(self.model())

    def fail_sync(self, at):
        """The n-th sync fails: nothing that hung on it is acknowledged (D5). On SQLite the
        node stops; PostgreSQL stops and starts itself again."""
        failed = self.disk.status()["failed"]
        self.disk.say("fail-sync", at)
        self.up.set()
        until(f"sync {at} failed", lambda: self.disk.status()["failed"] > failed)
        self.told["failed"] += 1
        if not self.postgres:
            until("the node stopped", lambda: self.process.poll() is not None)
            if self.process.returncode != LOST_DISK:
                self.wrong.append(f"after sync {at} failed the node ended with {self.process.returncode}")
        if self.chance.random() < 0.5:
            return self.off("drop")
        # The machine stays up: what is read from now on is in the cache and perhaps not
        # on the platter. What is acknowledged from now on must be on the platter alone.
        if not self.postgres:
            self.quiet()
            self.again()
            self.up.set()
        time.sleep(self.chance.uniform(0, 2 if self.postgres else 0.3))
        return self.off("drop")

    def fill(self, at):
        """The disk is full from the n-th write on: 507, reading goes on, and writing
        resumes by itself (D4)."""
        full, refused = self.disk.status()["full"], sum(self.codes.values())
        self.disk.say("fill", at)
        self.up.set()
        until(f"write {at} was refused", lambda: self.disk.status()["full"] > full)
        until("507", lambda: sum(self.codes.values()) >= refused + 3)
        for path in self.looks():
            status = self.get(path)
            if status != 200:
                self.wrong.append(f"on a full disk GET {path} answers {status}")
        self.disk.say("room")
        before = len(self.settled)
        until("writing resumed", lambda: len(self.settled) > before + 3)
        if self.process.poll() is not None:
            self.wrong.append("the node did not outlive a full disk")
        self.told["full"] += 1
        self.off(self.model())

    def looks(self):
        """Pages that must open on a full disk: one needs no record of who looked, one does."""
        yield "/v1/institutions"
        if self.places:
            yield "/fhir/" + self.places[-1]

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        return connection.getresponse().status

    def note(self, line):
        super().note(line)
        # `Type/id` of its last entry, without the version.
        self.places = ["/".join(line[-1].split("/")[:2])]

    # The judge.

    def look(self, what):
        """Compares everything that was acknowledged with what is there now."""
        wrong = self.judge_money()
        lost, halves = self.judge_records()
        wrong += [f"{lost} entries lost"] * bool(lost) + [f"{halves} half bundles"] * bool(halves)
        lines, content = self.check("--ledger")
        wrong += [] if content else [f"yima check: {line}" for line in lines if line["verdict"] == "bad"] or ["yima check said nothing"]
        self.wrong += [f"{what}: {line}" for line in wrong]
        return wrong

    def step(self, kind, at):
        {"cut": self.cut, "cut starting": self.cut_starting, "sync": lambda: self.fail_sync(at), "fill": lambda: self.fill(at)}[kind]()

    def run(self, steps):
        half = max(1, self.args.clients // 2)
        clients = [Desk(self, f"d{at}", person) for at, person in enumerate(self.people)] + [Client(self, f"c{at}") for at in range(half)]
        self.places, began, what = [], time.time(), "made ready"
        # What was made ready was acknowledged, too.
        self.off("drop")
        for client in clients:
            client.start()
        try:
            for kind, at in steps:
                self.again(what)
                what = f"{kind} {at}".strip()
                self.step(kind, at)
            self.again(what)
        except Unfit as error:
            self.wrong.append(f"{what}: {error}")
        self.finish(clients)
        counts = self.disk.status()
        print(f"{self.args.store}, {self.args.variant}, names by {self.args.names}: {self.cuts} power cuts, {self.told['failed']} failed syncs, "
              f"{self.told['full']} full disks in {time.time() - began:.0f} s; {len(self.settled)} settlements ({len(self.undone)} undone) and "
              f"{len(self.acknowledged)} bundles acknowledged, {counts['writes']} writes, {counts['syncs']} syncs; {len(self.wrong)} wrong")
        for line in self.wrong[:20]:
            print("  " + line)
        odd = {code for code in self.codes if code != "node.disk-full"} | {f"{status}" for status in self.refused if status not in (503, 507)}
        if odd:
            print(f"  refused without a reason: {odd}")
        self.good = not self.wrong and not odd and len(self.settled) >= self.cuts // 2
        return self.good

    def qualify(self):
        """A lying disk: whoever does not see the loss is no judge."""
        self.disk.say("settle")
        clients = [Desk(self, f"d{at}", person) for at, person in enumerate(self.people)] + [Client(self, "c")]
        for client in clients:
            client.start()
        self.again()
        self.disk.say("lie", "on")
        self.up.set()
        until("enough was acknowledged", lambda: len(self.settled) > 20 and len(self.acknowledged) > 20)
        self.over.set()
        self.off("drop")
        self.finish(clients)
        self.again()
        settled, supplied = len(self.settled), len(self.acknowledged)
        wrong = [line for line in self.judge_money() if line.endswith("is lost")]
        lost, _ = self.judge_records()
        self.good = bool(wrong) and lost > 0
        print(f"{self.args.store}, a disk that lies about its syncs: {len(wrong)} of {settled} settlements and {lost} entries of {supplied} bundles "
              f"were acknowledged and are lost; {'the rig sees it' if self.good else 'THE RIG DOES NOT SEE IT'}")
        return self.good

    def close(self):
        super().close()
        self.disk.close()


def plan(args):
    """What is done, in an order by chance: cuts, and faults at n spread over the first
    200 syncs or writes."""
    chance = random.Random(args.seed)
    steps = [("cut starting" if chance.random() < 0.15 else "cut", "") for _ in range(args.cuts)]
    for kind, count in (("sync", args.fail_syncs), ("fill", args.fills)):
        steps += [(kind, 1 + at * SWEEP // count % SWEEP) for at in range(count)]
    chance.shuffle(steps)
    # A look takes the longer the more there is: every so often a new node is made.
    return [steps[at:at + ROUND] for at in range(0, len(steps), ROUND)]


def tried(args, disk, steps):
    """One node's life; answers whether all was well."""
    rig = PowerRig(args, disk)
    try:
        rig.prepare()
        return rig.qualify() if args.qualify else rig.run(steps)
    finally:
        rig.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--yima", default="target/release/yima")
    parser.add_argument("--disk", help="the rig's filesystem; else rig-disk beside the program")
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--fail-syncs", type=int, default=0, help="how many syncs fail, one after another")
    parser.add_argument("--fills", type=int, default=0, help="how often the disk fills (SQLite)")
    parser.add_argument("--variant", choices=["mixed", *VARIANTS], default="mixed")
    parser.add_argument("--names", choices=["folder", "journal"], default="folder", help="what keeps names: a sync of the folder, or any sync")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--qualify", action="store_true", help="check the rig instead of the node")
    args = parser.parse_args()
    if args.store == "postgres" and args.fills:
        parser.error("--fills is for SQLite: a PostgreSQL without room for its log stops, and its operator has to act")
    # Ended from outside, it still ends its node and takes its disk off.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    good = True
    for at, steps in enumerate([[]] if args.qualify else plan(args)):
        args.seed += at
        try:
            disk = Disk(args.disk or pathlib.Path(args.yima).parent / "rig-disk", args.names)
        except (Unusable, FileNotFoundError) as error:
            needed = os.environ.get("YIMA_NEED_FUSE") == "1"
            print(f"power cuts were NOT tried: {error}{' (YIMA_NEED_FUSE=1)' if needed else ''}")
            return 1 if needed else 0
        good &= tried(args, disk, steps)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
