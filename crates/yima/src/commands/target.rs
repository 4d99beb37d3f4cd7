//! Which node a command speaks to: a running one over HTTP, or a stopped one's
//! database.

use crate::compose::{Node, Wishes};
use crate::config::Config;
use kernel::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{Engine, Settings};

/// What a running demo leaves for other commands of the same user; removed when
/// it stops.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoFile {
    /// Where it is reached.
    pub(crate) base: String,
    /// Its tokens by role.
    pub(crate) tokens: BTreeMap<String, String>,
    /// Named people: key → person id.
    pub(crate) people: BTreeMap<String, String>,
}

impl DemoFile {
    /// Where the file lies.
    pub(crate) fn path() -> PathBuf {
        std::env::temp_dir().join("yima-demo.json")
    }

    /// The running demo's file, if there is one.
    pub(crate) fn read() -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::path()).ok()?).ok()
    }

    /// Writes the file for its owner's eyes only.
    pub(crate) fn write(&self) -> std::io::Result<()> {
        private_file(&Self::path(), &serde_json::to_vec(self)?)
    }
}

/// Writes a file that only its owner can read, durably: keys are sealed with one.
pub(crate) fn private_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    store::durable::file(path, bytes, 0o600)
}

/// A running node and a token for it.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    /// `http://…`, without a slash at the end.
    pub(crate) base: String,
    /// A bearer token.
    pub(crate) token: String,
}

impl Remote {
    /// From what the user named, else from the running demo, as `role`.
    pub(crate) fn find(to: Option<&str>, token: Option<&str>, role: &str) -> Option<Self> {
        if let (Some(base), Some(token)) = (to, token) {
            return Some(Self { base: base.trim_end_matches('/').to_owned(), token: token.to_owned() });
        }
        let demo = DemoFile::read()?;
        let token = demo.tokens.get(role)?.clone();
        if to.is_some_and(|base| base.trim_end_matches('/') != demo.base) {
            return None;
        }
        Some(Self { base: demo.base, token })
    }

    /// Sends JSON, answers status and JSON.
    pub(crate) fn call(
        &self,
        client: &reqwest::blocking::Client,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<(u16, serde_json::Value), String> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let mut request = client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().map_err(|error| format!("{} does not answer: {error}", self.base))?;
        let status = response.status().as_u16();
        let bytes = response.bytes().map_err(|error| error.to_string())?;
        let value = serde_json::from_slice(&bytes).unwrap_or(serde_json::Value::Null);
        Ok((status, value))
    }
}

/// Reads the configuration and its folder.
pub(crate) fn configured(config: &Path) -> Result<(Config, PathBuf), String> {
    let folder = config.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    Ok((Config::read(config)?, folder))
}

/// Opens the configured node's database for a command.
pub(crate) fn open(config: &Path) -> Result<Node, String> {
    let (config, folder) = configured(config)?;
    let engine = config.engine(&folder);
    if let Engine::Sqlite(path) = &engine
        && !path.exists()
    {
        return Err(format!("there is no database at {}; run `yima init` first", path.display()));
    }
    open_node(&config, &folder, World::real(), || {})
}

/// The secret of the keys as configured; its file is made when there is none, so
/// that a node can start: keep a copy apart from the backups of the database.
fn keys_setting(config: &Config, folder: &Path, world: &World) -> Result<keys::Setting, String> {
    let realm = keys::Realm::from_name(&config.keys.realm)
        .ok_or_else(|| format!("keys.realm is production or test, not '{}'", config.keys.realm))?;
    let passphrase = if config.keys.secret.is_empty() {
        secret_file(&folder.join(&config.keys.secret_file), world)?
    } else {
        keys::Passphrase::of(config.keys.secret.clone()).map_err(|error| error.to_string())?
    };
    let keeping = match config.keys.custody.as_str() {
        "sealed" => keys::Keeping::Sealed(passphrase),
        "pkcs11" => keys::Keeping::Token(passphrase, token_access(&config.keys, folder)?),
        other => return Err(format!("keys.custody is sealed or pkcs11, not '{other}'")),
    };
    Ok(keys::Setting { realm, suite: suites::INTL, keeping })
}

/// Which PKCS#11 token holds the signing keys, with its PIN.
fn token_access(keys: &crate::config::Keys, folder: &Path) -> Result<keys::pkcs11::Access, String> {
    for (name, value) in [("module", &keys.module), ("token", &keys.token)] {
        if value.is_empty() {
            return Err(format!("keys.custody = pkcs11 needs keys.{name}"));
        }
    }
    let pin = if keys.pin.is_empty() {
        let text = keys::secret::text_of(&folder.join(&keys.pin_file)).map_err(|error| error.to_string())?;
        text.to_string()
    } else {
        keys.pin.clone()
    };
    Ok(keys::pkcs11::Access::new(PathBuf::from(&keys.module), keys.token.clone(), pin))
}

/// The passphrase of a file, which is made when it is missing.
pub(crate) fn secret_file(path: &Path, world: &World) -> Result<keys::Passphrase, String> {
    if !path.exists() {
        if let Some(folder) = path.parent() {
            store::durable::folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let text = store::value::hex(&world.chance().key());
        private_file(path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    keys::Passphrase::from_file(path).map_err(|error| error.to_string())
}

/// Opens the configured node; relative paths start at `folder`.
pub(crate) fn open_node(config: &Config, folder: &Path, world: World, on_lost: fn()) -> Result<Node, String> {
    let keys = keys_setting(config, folder, &world)?;
    Node::open(Wishes {
        keys,
        settings: Settings { engine: config.engine(folder), world, on_lost, reserve: config.reserve(folder) },
        region: config.region.code,
        region_name: config.region.name.clone(),
        public_url: config.server.public_url.trim_end_matches('/').to_owned(),
        mobile: None,
        demo: false,
    })
    .map_err(|error| error.to_string())
}
