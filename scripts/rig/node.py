"""What the rigs share: a node watched from outside. Starts the real binary, waits for
it, kills it, reads its database with SQL of its own. No code of Yima's."""
import contextlib, http.client, json, os, pathlib, random, shutil, signal, socket, sqlite3, subprocess, tempfile, threading, time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
START_SECONDS_MAX = 20


def number(text):
    """An id's number from its text: prefix, 13 digits of base 32, check character."""
    bits = 0
    for letter in text[1:14]:
        bits = bits << 5 | ALPHABET.index(letter)
    bits &= (1 << 64) - 1
    return bits - (1 << 64) if bits >> 63 else bits


class Down(Exception):
    """The node is not up: nobody should ask it now."""


class Unfit(Exception):
    """The node did not come up, or its database is damaged."""


class Postgres:
    """A server of our own with Debian's programs: its data in a folder that is given, or
    in a temporary one with its socket."""

    def __init__(self, data=None, settings=()):
        self.bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yima-rig-pg-"))
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        self.data, self.settings, self.server = data or self.root / "data", settings, None
        if data:
            data.mkdir()
        if os.getuid() == 0:
            for folder in [self.root, *([data] if data else [])]:
                shutil.chown(folder, "postgres", "postgres")
        subprocess.run([*self.user, str(self.bin / "initdb"), "--locale=C", "--encoding=UTF8", "--auth=trust", "--username=yima", "-D", str(self.data)],
                       check=True, stdout=subprocess.DEVNULL)
        self.url = f"host={self.root} user=yima dbname=postgres"
        self.start()

    def start(self):
        words = [word for setting in ("listen_addresses=", "max_connections=50", *self.settings) for word in ("-c", setting)]
        with open(self.root / "postgres.log", "a") as log:
            self.server = subprocess.Popen([*self.user, str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.root), *words],
                                           stdout=log, stderr=log)
        for _ in range(600):
            if subprocess.run([str(self.bin / "pg_isready"), "-q", "-h", str(self.root)]).returncode == 0:
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        raise Unfit(f"PostgreSQL did not come up: {(self.root / 'postgres.log').read_text()[-2000:]}")

    def rows(self, sql):
        out = subprocess.run([str(self.bin / "psql"), "-h", str(self.root), "-U", "yima", "-d", "postgres", "-At", "-F", "|", "-c", sql],
                             check=True, capture_output=True, text=True).stdout
        return [tuple(line.split("|")) for line in out.splitlines() if line]

    def crash(self):
        """An immediate stop: nothing is finished or written out, as if it had crashed."""
        self.server.send_signal(signal.SIGQUIT)

    def family(self):
        """The server and its children, by their numbers."""
        found = [self.server.pid]
        for folder in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                if int(parent) == self.server.pid and state != "Z":
                    found.append(int(folder.name))
        return found

    def close(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(30)
        shutil.rmtree(self.root, ignore_errors=True)


class Rig:
    """A node, the journal of what it acknowledged, and threads that ask it."""

    def __init__(self, args, home=None, postgres=None):
        self.args = args
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="yima-rig-"))
        self.home = home or self.folder
        self.postgres = postgres or (Postgres() if args.store == "postgres" else None)
        self.over, self.up, self.lock = threading.Event(), threading.Event(), threading.Lock()
        self.process, self.port, self.good, self.busy = None, 0, False, 0
        self.environment = dict(os.environ, YIMA_STORE_URL=self.postgres.url if self.postgres else "sqlite:data/yima.sqlite", YIMA_LOG_LEVEL="error")

    def prepare(self):
        self.yima("init", "--institution", "RIG=Rig", "--admin", "rig")
        self.token = self.give("his")

    def give(self, role):
        return json.loads(self.yima("token", "give", "--role", role, "--institution", "RIG", "--label", f"rig-{role}", "--json"))["token"]

    def yima(self, *words, check=True):
        done = subprocess.run([self.args.yima, "--config", str(self.home / "yima.toml"), *words], env=self.environment, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise SystemExit(f"yima {' '.join(words)} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def launch(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(self.folder / "serve.log", "a") as log:
            self.process = subprocess.Popen([self.args.yima, "--config", str(self.home / "yima.toml"), "serve", "--listen", f"127.0.0.1:{self.port}"],
                                            env=self.environment, stdout=subprocess.DEVNULL, stderr=log)

    def ready(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    def wait_ready(self):
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS_MAX:
            if self.process.poll() is not None:
                raise Unfit(f"the node did not start: {(self.folder / 'serve.log').read_text()[-2000:]}")
            if self.ready():
                return
            time.sleep(0.005)
        raise Unfit("the node did not become ready")

    @contextlib.contextmanager
    def asking(self):
        """Around a request of a client, so that the rig knows when all are answered."""
        with self.lock:
            if not self.up.is_set():
                raise Down
            self.busy += 1
        try:
            yield
        finally:
            with self.lock:
                self.busy -= 1

    def quiet(self):
        """Waits until nobody asks any more."""
        with self.lock:
            self.up.clear()
        while self.busy:
            time.sleep(0.001)

    def kill(self):
        with self.lock:
            self.up.clear()
        self.process.kill()
        self.process.wait()
        self.quiet()

    def kill_often(self, clients):
        """Runs clients against a node that is killed `--kills` times; answers the time it
        took and how often PostgreSQL crashed with it."""
        for client in clients:
            client.start()
        chance = random.Random(self.args.seed)
        began, crashes = time.time(), 0
        for _ in range(self.args.kills):
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
        self.finish(clients)
        return time.time() - began, f" ({crashes} with the server)" if self.postgres else ""

    def finish(self, clients):
        self.over.set()
        for client in clients:
            client.join(15)

    def query(self, sql):
        """Rows as tuples of text, read beside the program."""
        if self.postgres:
            return self.postgres.rows(sql)
        database = sqlite3.connect(self.home / "data" / "yima.sqlite")
        try:
            return [tuple(map(str, row)) for row in database.execute(sql)]
        except sqlite3.DatabaseError as error:
            raise Unfit(f"SQLite says: {error}") from error
        finally:
            database.close()

    def whole(self):
        """SQLite's own look at its file."""
        if not self.postgres and self.query("PRAGMA integrity_check") != [("ok",)]:
            raise Unfit("SQLite finds the file damaged")

    def check(self, *words):
        """What `yima check` says line by line, and whether it is content."""
        lines = json.loads(self.yima("check", "--json", *words, check=False))["lines"]
        return lines, bool(lines) and all(line["verdict"] != "bad" for line in lines)

    def close(self):
        self.over.set()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.postgres:
            self.postgres.close()
        if self.good:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"kept for looking: {self.folder}")
