//! A node as its operator has it: the real binary, a folder of its own, a clean
//! environment, HTTP from outside.

use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Names and values of the environment.
pub(crate) type Variables = Vec<(String, String)>;

/// A folder with a configuration, data and a place for temporary files.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    variables: Variables,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The stable code of a problem or of an OperationOutcome's first issue.
    pub(crate) fn code(&self) -> &str {
        let coded = self.body.pointer("/issue/0/details/coding/0/code");
        self.body.get("code").or(coded).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Asks until there is something, a minute long.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..3_000 {
        if let Some(found) = look() {
            return found;
        }
        #[expect(clippy::disallowed_methods, reason = "waiting for another program")]
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("waited for a minute: {what}");
}

impl Home {
    /// A folder with nothing in it but a place for temporary files.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("yima-home-").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        Self { folder, variables: Vec::new() }
    }

    /// The same with one more variable in the environment of every command.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Initialises the node with one hospital, `H1`, and an administrator.
    pub(crate) fn init(self) -> Self {
        self.done(&["init", "--institution", "H1=云州市第一人民医院", "--admin", "wang"]);
        self
    }

    /// A path inside the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What lies in the place for temporary files.
    pub(crate) fn temporary(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("tmp")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yima"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", self.path("tmp"))
            .envs(self.variables.clone())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .args(words);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn yima(&self, words: &[&str]) -> Told {
        let output = self.command(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Told { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a command that must do what it is asked.
    pub(crate) fn done(&self, words: &[&str]) -> Told {
        let told = self.yima(words);
        assert_eq!(told.code, 0, "yima {}: {}{}", words.join(" "), told.out, told.err);
        told
    }

    /// A bearer token of the hospital's system.
    pub(crate) fn token(&self) -> String {
        let told = self.done(&["token", "give", "--role", "his", "--institution", "H1", "--label", "his", "--json"]);
        told.json()["token"].as_str().unwrap().to_owned()
    }

    /// Starts a command that stays, its outputs in `NAME.out` and `NAME.err`.
    pub(crate) fn start(&self, name: &str, words: &[&str], variables: Variables) -> Node {
        let (out, err) = (self.path(&format!("{name}.out")), self.path(&format!("{name}.err")));
        let mut command = self.command(words);
        command.envs(variables).stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        Node { child: command.spawn().unwrap(), base: String::new(), out, err, client: client() }
    }

    /// Starts the node on a free port and waits until it answers.
    pub(crate) fn serve(&self, variables: Variables) -> Node {
        let mut node = self.start("serve", &["serve", "--listen", "127.0.0.1:0"], variables);
        let address = until("the node's address", || {
            assert_eq!(node.child.try_wait().unwrap(), None, "{}", node.err());
            let line = node.err().lines().find(|line| line.contains("the node is ready"))?.to_owned();
            let line: Value = serde_json::from_str(&line).ok()?;
            line.pointer("/fields/address").and_then(Value::as_str).map(str::to_owned)
        });
        node.base = format!("http://{address}");
        node
    }

    /// Starts a small demo on a free port; answers it with its line of JSON.
    pub(crate) fn demo(&self, more: &[&str], variables: Variables) -> (Node, Value) {
        let words = [&["demo", "--json", "--port", "0", "--people", "8"], more].concat();
        let mut node = self.start("demo", &words, variables);
        let line: Value = until("the demo's line", || {
            assert_eq!(node.child.try_wait().unwrap(), None, "{}", node.err());
            serde_json::from_str(node.out().strip_suffix('\n')?).ok()
        });
        line["base"].as_str().unwrap().clone_into(&mut node.base);
        (node, line)
    }
}

/// A client that keeps connections and uses no proxy.
fn client() -> reqwest::blocking::Client {
    let client = reqwest::blocking::Client::builder().no_proxy().timeout(Duration::from_secs(30));
    client.build().unwrap()
}

/// A running program; ended when it goes out of sight.
pub(crate) struct Node {
    child: Child,
    pub(crate) base: String,
    out: PathBuf,
    err: PathBuf,
    client: reqwest::blocking::Client,
}

impl Node {
    /// What it wrote to standard output so far.
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.out).unwrap()).into_owned()
    }

    /// What it wrote to standard error so far.
    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.err).unwrap()).into_owned()
    }

    /// Sends a request; nothing when there was no answer.
    pub(crate) fn try_ask(&self, token: &str, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Option<Answer> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let body = body.into();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_empty() {
            let json = body.starts_with(b"{");
            let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
            request = request.header("content-type", kind).body(body);
        }
        let response = request.send().ok()?;
        let status = response.status().as_u16();
        let text = response.text().ok()?;
        Some(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), text })
    }

    /// Sends a request that must be answered.
    pub(crate) fn ask(&self, token: &str, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let answer = self.try_ask(token, method, path, body);
        answer.unwrap_or_else(|| panic!("{method} {path} was not answered: {}", self.err()))
    }

    /// Sends a signal: `TERM`, `INT`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success(), "{script}");
    }

    /// The exit code, once it has ended by itself.
    pub(crate) fn ended(&mut self) -> i32 {
        let child = &mut self.child;
        let status = until("the program's end", || child.try_wait().unwrap());
        status.code().unwrap_or(-1)
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> i32 {
        self.signal("TERM");
        self.ended()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the node's database beside it, with SQL of the test's own.
pub(crate) fn database(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}
