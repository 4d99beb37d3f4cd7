//! One PostgreSQL server per test process, from Debian's package, in a temporary
//! folder on a unix socket, stopped when the process ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
pub struct Server {
    folder: PathBuf,
    bin: PathBuf,
    user: String,
    databases: AtomicU32,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();

/// The server of this process, started at first use; nothing where PostgreSQL is
/// not installed.
///
/// # Panics
/// When it is missing although `YIMA_NEED_PG=1`, or cannot be started.
pub fn server() -> Option<&'static Server> {
    server_with(&["-c", "shared_buffers=64MB"])
}

/// The same with settings of its own; they hold when nobody asked for the server
/// before.
///
/// # Panics
/// As [`server`].
pub fn server_with(settings: &[&str]) -> Option<&'static Server> {
    SERVER
        .get_or_init(|| {
            let bin = bin_folder();
            let needed = std::env::var_os("YIMA_NEED_PG").is_some_and(|value| value == "1");
            assert!(bin.is_some() || !needed, "YIMA_NEED_PG=1, but PostgreSQL is not installed");
            bin.map(|bin| Server::start(bin, settings))
        })
        .as_ref()
}

/// Debian's folder of the newest installed PostgreSQL.
fn bin_folder() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .filter(|path| path.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"))
}

/// PostgreSQL refuses to run as root: then it runs as Debian's user `postgres`.
fn as_server_user(program: &Path, root: bool) -> Command {
    if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "TERM"]).arg(program);
        command
    } else {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]).arg(program);
        command
    }
}

/// Starts a program from a thread that lives until the program ends: the signal
/// at the parent's death is sent when the starting thread ends.
fn spawn_for_good(mut command: Command) -> u32 {
    let (sender, started) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut child = command.spawn().expect("starting postgres");
        sender.send(child.id()).expect("telling its process id");
        child.wait()
    });
    started.recv().expect("its process id")
}

impl Server {
    /// Creates a cluster in a temporary folder and starts it with extra settings.
    ///
    /// # Panics
    /// When it does not come up within half a minute.
    pub fn start(bin: PathBuf, settings: &[&str]) -> Self {
        let root = is_root();
        let folder = tempfile::Builder::new().prefix("yima-pg-").tempdir().expect("a temporary folder").keep();
        if root {
            let done = Command::new("chown").arg("postgres:postgres").arg(&folder).status();
            assert!(done.is_ok_and(|status| status.success()), "giving the folder to postgres");
        }
        let data = folder.join("data");
        let made = as_server_user(&bin.join("initdb"), root)
            .args(["--locale=C", "--encoding=UTF8", "--auth=trust", "--username=yima", "--data-checksums", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.is_ok_and(|status| status.success()), "initdb");
        let mut command = as_server_user(&bin.join("postgres"), root);
        command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
            .args(settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let pid = spawn_for_good(command);
        let server = Self { folder, bin, user: "yima".to_owned(), databases: AtomicU32::new(0) };
        server.watch_over(pid);
        server.wait();
        server
    }

    /// A shell that outlives this process by a moment and clears the folder.
    fn watch_over(&self, server_pid: u32) {
        let script = format!(
            "while kill -0 {} 2>/dev/null; do sleep 1; done; kill -INT {} 2>/dev/null; sleep 1; rm -rf {}",
            std::process::id(),
            server_pid,
            self.folder.display()
        );
        let started = Command::new("setsid")
            .args(["sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        assert!(started.is_ok(), "starting the watcher");
    }

    fn wait(&self) {
        for _ in 0..300 {
            let ready =
                Command::new(self.bin.join("pg_isready")).arg("-h").arg(&self.folder).stdout(Stdio::null()).status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            #[expect(clippy::disallowed_methods, reason = "waiting for another program to come up")]
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("PostgreSQL did not come up");
    }

    /// The connection string of a database.
    pub fn url(&self, database: &str) -> String {
        format!("host={} user={} dbname={database}", self.folder.display(), self.user)
    }

    /// A new, empty database; answers its connection string.
    ///
    /// # Panics
    /// When it cannot be created.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut client =
            postgres::Client::connect(&self.url("postgres"), postgres::NoTls).expect("connecting to PostgreSQL");
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).expect("creating a database");
        self.url(&name)
    }
}
