//! PostgreSQL goes away and comes back under a running node.

use crate::home::{Home, until};
use crate::supply::{places, supply};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Debian's folder of the newest installed PostgreSQL; nothing where it is not
/// installed, unless `YIMA_NEED_PG=1` says that it must be.
pub(crate) fn programs() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> =
        folders.map(|entry| entry.path().join("bin")).filter(|path| path.join("initdb").exists()).collect();
    found.sort();
    let needed = std::env::var_os("YIMA_NEED_PG").is_some_and(|value| value == "1");
    assert!(!found.is_empty() || !needed, "YIMA_NEED_PG=1, but PostgreSQL is not installed");
    found.pop()
}

/// A server that is stopped and started again.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
    running: Option<Child>,
}

/// PostgreSQL refuses to run as root: then it runs as Debian's user.
fn as_server_user(program: &Path) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

impl Server {
    pub(crate) fn start(programs: PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("yima-faults-pg-").tempdir().unwrap();
        // Fails where we are not root, and is not needed there.
        let _ = Command::new("chown").arg("postgres:postgres").arg(folder.path()).stderr(Stdio::null()).status();
        let made = as_server_user(&programs.join("initdb"))
            .args(["--locale=C", "--encoding=UTF8", "--auth=trust", "--username=yima", "--no-sync", "-D"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb");
        let mut server = Self { folder, programs, running: None };
        server.up();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("host={} user=yima dbname=postgres", self.folder.path().display())
    }

    fn up(&mut self) {
        let child = as_server_user(&self.programs.join("postgres"))
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .arg("-k")
            .arg(self.folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=50"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(child.unwrap());
        until("PostgreSQL to come up", || {
            let mut asked = Command::new(self.programs.join("pg_isready"));
            asked.arg("-q").arg("-h").arg(self.folder.path()).status().unwrap().success().then_some(())
        });
    }

    /// Fast shutdown: sessions are cut.
    pub(crate) fn down(&mut self) {
        if let Some(mut child) = self.running.take() {
            // `setpriv` becomes the server, so this is the server's own number.
            let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            assert!(told.unwrap().success(), "stopping PostgreSQL");
            child.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // A server that a failed test leaves: at once, its data goes as well.
            let _ = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_database_that_went_away_is_found_again() {
    let Some(programs) = programs() else { return };
    let mut server = Server::start(programs);
    let home = Home::empty().with("YIMA_STORE_URL", server.url()).init();
    let token = home.token();
    let node = home.serve(Vec::new());
    let mut acknowledged = Vec::new();
    for number in 0..8 {
        acknowledged.extend(places(&supply(&node, &token, &format!("before-{number}")).unwrap()));
    }
    for round in 0..2 {
        server.down();
        for number in 0..12 {
            let refused = supply(&node, &token, &format!("away-{round}-{number}")).unwrap();
            assert_eq!(refused.status, 503, "{}", refused.text);
            assert!(["node.busy", "node.outcome-unknown"].contains(&refused.code()), "{}", refused.text);
        }
        assert_eq!(node.ask("", "GET", "/livez", "").status, 200);
        assert_eq!(node.ask("", "GET", "/readyz", "").status, 503);
        server.up();
        for number in 0..8 {
            let word = format!("after-{round}-{number}");
            let answer = until("writing works again", || {
                let answer = supply(&node, &token, &word)?;
                assert!([200, 503].contains(&answer.status), "{}", answer.text);
                (answer.status == 200).then_some(answer)
            });
            acknowledged.extend(places(&answer));
        }
        assert_eq!(node.ask("", "GET", "/readyz", "").status, 200);
    }
    for place in &acknowledged {
        let read = node.ask(&token, "GET", place, "");
        assert_eq!(read.status, 200, "{place}: {}", read.text);
    }
    assert_eq!(node.stop(), 0);
    home.done(&["check"]);
}

#[test]
fn who_writes_to_a_database_that_is_away_is_told_so() {
    let Some(programs) = programs() else { return };
    let mut server = Server::start(programs);
    let engine = store::Engine::Postgres { url: server.url(), lanes: 1, readers: 1 };
    let migrations = store::migrate::in_order(&[&store::CAPABILITY]);
    let db = store::Db::open(store::Settings::of(engine), &migrations).unwrap();
    let write = {
        let db = db.clone();
        move || {
            db.write_now(0, |tx| {
                tx.event(store::Event::of(&store::BOOTED));
                Ok(())
            })
        }
    };
    write().unwrap();
    server.down();
    for number in 0..5 {
        let asking = std::thread::spawn(write.clone());
        until("an answer while the database is away", || asking.is_finished().then_some(()));
        let kind = match asking.join().unwrap().unwrap_err() {
            kernel::Error::Fault(fault) => fault.kind,
            refused @ kernel::Error::Refused(_) => panic!("{refused}"),
        };
        // Only of the first it is not known whether it was done.
        let wanted = if number == 0 { kernel::FaultKind::Lost } else { kernel::FaultKind::Busy };
        assert_eq!(kind, wanted, "{number}");
    }
    server.up();
    until("writing works again", || write().ok());
    assert_eq!(db.check().unwrap().wrong, Vec::<String>::new());
    db.close();
}

#[test]
fn a_second_node_on_the_same_postgresql_is_refused() {
    let Some(programs) = programs() else { return };
    let server = Server::start(programs);
    let home = Home::empty().with("YIMA_STORE_URL", server.url()).init();
    let node = home.serve(Vec::new());
    let second = home.yima(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.err.contains("another yima writes to this database"), "{second:?}");
    assert_eq!(node.stop(), 0);
}
