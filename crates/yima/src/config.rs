//! `yima.toml`, every key overridable by `YIMA_SECTION_KEY`.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use store::Engine;

/// The whole configuration; unknown keys are refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct Config {
    /// Where the node listens and how it is reached.
    pub server: Server,
    /// Which database.
    pub store: Store,
    /// Which region this node runs.
    pub region: Region,
    /// Where the secret of the keys is.
    pub keys: Keys,
    /// What is logged.
    pub log: Log,
}

/// Where the node listens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// How browsers reach it, `https://…`; decides cookies and passkeys.
    pub public_url: String,
}

/// Which database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// `sqlite:PATH`, or a PostgreSQL connection string.
    pub url: String,
    /// PostgreSQL: writer lanes.
    pub lanes: u16,
    /// PostgreSQL: reader threads.
    pub readers: u16,
    /// PostgreSQL: the folder where looks are kept while its disk is full; empty for
    /// none. SQLite keeps them beside its file.
    pub reserve: String,
}

/// Which region this node runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Region {
    /// Division code, six digits.
    pub code: u32,
    /// Its name.
    pub name: String,
}

/// Where the secret is under which the node's keys are sealed: never in the database.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// `production` or `test`, for ever the same for one database.
    pub realm: String,
    /// The secret itself, best given as `YIMA_KEYS_SECRET`; empty to read the file.
    pub secret: String,
    /// A file that only its owner can read; made at the first start.
    pub secret_file: String,
    /// `sealed`: private parts in the database under the secret. `pkcs11`: signing
    /// keys in a token, the rest as before.
    pub custody: String,
    /// pkcs11: the shared library of the token's maker.
    pub module: String,
    /// pkcs11: the token's label, or the number of its slot.
    pub token: String,
    /// pkcs11: the PIN of its user, best given as `YIMA_KEYS_PIN`; empty to read the file.
    pub pin: String,
    /// pkcs11: a file with the PIN that only its owner can read.
    pub pin_file: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}, {}, {}, {})", self.realm, self.custody, self.secret_file, self.token)
    }
}

/// What is logged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or a filter such as `info,store=debug`.
    pub level: String,
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), public_url: "http://localhost:8080".into() }
    }
}

impl Default for Store {
    fn default() -> Self {
        // A lane for two cores: fewer lanes gather larger batches for each commit.
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let lanes = u16::try_from(cores / 2).unwrap_or(1).clamp(1, 16);
        Self { url: "sqlite:data/yima.sqlite".into(), lanes, readers: 4, reserve: "data".into() }
    }
}

impl Default for Region {
    fn default() -> Self {
        Self { code: 990_100, name: "云州".into() }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            realm: "production".into(),
            secret: String::new(),
            secret_file: "keys.secret".into(),
            custody: "sealed".into(),
            module: String::new(),
            token: String::new(),
            pin: String::new(),
            pin_file: "keys.pin".into(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into() }
    }
}

/// Every key, for overriding and for the documents.
pub const KEYS: &[(&str, &str)] = &[
    ("server", "listen"),
    ("server", "public_url"),
    ("store", "url"),
    ("store", "lanes"),
    ("store", "readers"),
    ("store", "reserve"),
    ("region", "code"),
    ("region", "name"),
    ("keys", "realm"),
    ("keys", "secret"),
    ("keys", "secret_file"),
    ("keys", "custody"),
    ("keys", "module"),
    ("keys", "token"),
    ("keys", "pin"),
    ("keys", "pin_file"),
    ("log", "level"),
];

impl Config {
    /// Reads the file if it exists, then the environment.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        };
        Self::of(&text, |name| std::env::var(name).ok()).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn of(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        for (section, key) in KEYS {
            let name = format!("YIMA_{}_{}", section.to_uppercase(), key.to_uppercase());
            if let Some(value) = variable(&name) {
                let value = match *key {
                    "lanes" | "readers" | "code" => toml::Value::Integer(
                        value.parse().map_err(|_bad| format!("{name} must be a whole number, not '{value}'"))?,
                    ),
                    _ => toml::Value::String(value),
                };
                let slot = table.entry(*section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
                if let toml::Value::Table(inner) = slot {
                    inner.insert((*key).to_owned(), value);
                }
            }
        }
        table.try_into().map_err(|error: toml::de::Error| error.to_string())
    }

    /// The database that `store.url` names; a relative SQLite path starts at the
    /// configuration file's folder.
    pub fn engine(&self, folder: &Path) -> Engine {
        engine_of(&self.store, folder)
    }

    /// The folder that `store.reserve` names, from the configuration file's folder.
    pub fn reserve(&self, folder: &Path) -> Option<PathBuf> {
        (!self.store.reserve.is_empty()).then(|| folder.join(&self.store.reserve))
    }

    /// Whether cookies may only travel over TLS.
    pub fn secure_cookies(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }
}

fn engine_of(store: &Store, folder: &Path) -> Engine {
    match store.url.strip_prefix("sqlite:") {
        Some(path) => Engine::Sqlite(folder.join(PathBuf::from(path))),
        None => Engine::Postgres { url: store.url.clone(), lanes: store.lanes, readers: store.readers },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_can_be_overridden() {
        let text = toml::to_string(&Config::default()).unwrap();
        for (section, key) in KEYS {
            let wanted = format!("YIMA_{}_{}", section.to_uppercase(), key.to_uppercase());
            let config = Config::of(&text, |name| (name == wanted).then(|| "7".to_owned())).unwrap();
            assert!(toml::to_string(&config).unwrap().contains(&format!("{key} = ")), "{key}");
            assert_ne!(toml::to_string(&config).unwrap(), text, "{wanted} changed nothing");
        }
        let table: toml::Table = text.parse().unwrap();
        let count: usize = table.values().filter_map(|value| value.as_table().map(toml::Table::len)).sum();
        assert_eq!(count, KEYS.len(), "KEYS lists every key");
    }

    #[test]
    fn mistakes_are_named() {
        assert!(Config::of("[server]\nlisten_on = 'x'", |_| None).unwrap_err().contains("listen_on"));
        assert!(Config::of("[store]\nlanes = 'x'", |_| None).is_err());
        assert!(
            Config::of("", |name| (name == "YIMA_STORE_LANES").then(|| "x".into()))
                .unwrap_err()
                .contains("YIMA_STORE_LANES")
        );
    }
}
