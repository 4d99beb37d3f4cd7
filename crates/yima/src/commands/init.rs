//! `yima init`: write the configuration, create the database, enrol institutions
//! and the first administrator.

use super::target::{configured, open_node};
use super::{Told, say};
use access::actors::{NewActor, enrol};
use directory::NewInstitution;
use kernel::{ActorKind, World};
use std::io::BufRead as _;
use std::path::Path;
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Sign-in name of the first administrator.
    #[arg(long, default_value = "admin")]
    admin: String,
    /// Read the administrator's password from standard input (else from
    /// `YIMA_ADMIN_PASSWORD`, else one is made and shown once).
    #[arg(long)]
    password_stdin: bool,
    /// An institution to enrol, `CODE=NAME`; may be repeated.
    #[arg(long = "institution", value_name = "CODE=NAME")]
    institutions: Vec<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

const TEMPLATE: &str = "\
# Yima. Every key can also be set in the environment: YIMA_SERVER_LISTEN=…
[server]
# Where the node listens. Put a TLS proxy in front of anything but this machine.
listen = \"127.0.0.1:8080\"
# How browsers reach it; https makes cookies secure and passkeys possible.
public_url = \"http://localhost:8080\"

[store]
# sqlite:PATH (relative to this file) or postgres://user@host/database
url = \"sqlite:data/yima.sqlite\"
# PostgreSQL only: writer lanes (one for two cores when not set) and reader threads.
# lanes = 1
readers = 4
# PostgreSQL only: where looks are kept while its disk is full.
reserve = \"data\"

[region]
# Division code, six digits, and name.
code = 990100
name = \"云州\"

[keys]
# production, or test for trials: a database stays what it was made as
realm = \"production\"
# The node's keys are sealed under this secret, made at the first start. Keep a copy
# apart from the backups: without it they cannot be opened. YIMA_KEYS_SECRET goes first.
secret_file = \"keys.secret\"
# Signing keys in a PKCS#11 token (docs/operate/keys.md): its library, its label, and
# the PIN in a file of mode 600 or in YIMA_KEYS_PIN.
# custody = \"pkcs11\"
# module = \"/usr/lib/softhsm/libsofthsm2.so\"
# token = \"yima\"
# pin_file = \"keys.pin\"

[log]
# error, warn, info, debug, or a filter such as info,store=debug
level = \"info\"
";

fn password(args: &Args, world: &World) -> Result<(String, bool), String> {
    if args.password_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(|error| format!("reading the password: {error}"))?;
        return Ok((line.trim_end_matches(['\r', '\n']).to_owned(), false));
    }
    if let Ok(password) = std::env::var("YIMA_ADMIN_PASSWORD") {
        return Ok((password, false));
    }
    let key = world.chance().key();
    Ok((access::tokens::text(&key)[4..28].to_owned(), true))
}

pub(crate) fn run(config_path: &Path, args: &Args) -> Told {
    let fresh = !config_path.exists();
    if fresh {
        store::durable::file(config_path, TEMPLATE.as_bytes(), 0o644)
            .map_err(|error| format!("{}: {error}", config_path.display()))?;
    }
    let (config, folder) = configured(config_path)?;
    let world = World::real();
    let (password, made) = password(args, &world)?;
    let node = open_node(&config, &folder, world, || {})?;
    let mut enrolled = Vec::new();
    for text in &args.institutions {
        let (code, name) = text.split_once('=').ok_or_else(|| format!("'{text}' is not CODE=NAME"))?;
        let id = node
            .directory
            .enrol_now(NewInstitution {
                code: code.into(),
                name: name.into(),
                name_en: String::new(),
                region: config.region.code.to_string(),
                level: String::new(),
            })
            .map_err(|error| error.to_string())?;
        enrolled.push(format!("{code} {id}"));
    }
    let hashed = access::password::hash(node.db.world(), &args.admin, &password).map_err(|error| error.to_string())?;
    let (policy, login) = (node.gate.policy().clone(), args.admin.clone());
    let admin = node
        .db
        .write_now(0, move |tx| {
            let admin = NewActor {
                kind: ActorKind::Staff,
                name: login.clone(),
                role: "admin".into(),
                institution: None,
                place: String::new(),
                person: None,
                login: Some(login.clone()),
            };
            let id = enrol(tx, &policy, &admin)?;
            access::password::set(tx, id, &hashed)?;
            Ok(id)
        })
        .map_err(|error| error.to_string())?;
    node.db.close();
    if args.json {
        say(serde_json::json!({ "config": config_path, "admin": admin.to_string(), "institutions": enrolled, "password": made.then_some(&password) }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("{} {}", if fresh { "wrote" } else { "used" }, config_path.display()));
    for line in enrolled {
        say(format!("institution {line}"));
    }
    say(format!("administrator {} {admin}", args.admin));
    if made {
        say(format!("password {password}   (shown once; the first sign-in asks for a second factor)"));
    }
    say(
        "Next:\n  yima check\n  yima serve\n  yima token give --role his --institution CODE --label \"hospital system\"",
    );
    Ok(ExitCode::SUCCESS)
}
