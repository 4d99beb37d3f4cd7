//! Mounts the rig's disk and does what its standard input says, one line a command,
//! each answered with one line: `ok …` or `no …`. At the end of the input it unmounts.
//!
//! `rig-disk FOLDER [--names folder|journal]`
//!
//! - `settle` – everything is on the platter, as after a quiet minute
//! - `off [N]` – the power goes now, or at the N-th change from now
//! - `cut drop|pages|torn SEED` – who waited is let go, what was not kept is lost
//! - `fail-sync N` – the N-th sync from now fails
//! - `fill N`, `room` – no room from the N-th write from now on; room again
//! - `lie on|off` – syncs are acknowledged without keeping anything
//! - `status` – what has happened so far

use rig::content::Model;
use rig::disk::{Disk, Names};
use rig::mount::{Shared, config};
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

fn number(word: Option<&&str>) -> Result<u64, String> {
    word.and_then(|word| word.parse().ok()).ok_or_else(|| "a number is missing".to_owned())
}

fn obey(shared: &Shared, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut disk = shared.disk();
    match *words.first().unwrap_or(&"") {
        "settle" => disk.settle(),
        "off" if words.len() == 1 => disk.faults.off = true,
        "off" => disk.faults.off_at = Some(number(words.get(1))?),
        "cut" => {
            let model = match words.get(1) {
                Some(&"drop") => Model::Drop,
                Some(&"pages") => Model::Pages,
                Some(&"torn") => Model::Torn,
                _ => return Err("there are drop, pages, torn".to_owned()),
            };
            let seed = number(words.get(2))?;
            drop(disk);
            shared.cut(model, seed);
        }
        "fail-sync" => disk.faults.sync = Some(number(words.get(1))?),
        "fill" => disk.faults.write = Some(number(words.get(1))?),
        "room" => (disk.faults.full, disk.faults.write) = (false, None),
        "lie" => disk.faults.lie = words.get(1) == Some(&"on"),
        "status" => {
            let (counts, faults) = (disk.counts, disk.faults);
            return Ok(format!(
                "{{\"writes\":{},\"syncs\":{},\"failed\":{},\"full\":{},\"off\":{}}}",
                counts.writes, counts.syncs, counts.failed, counts.full, faults.off
            ));
        }
        other => return Err(format!("'{other}' is no command")),
    }
    Ok(String::new())
}

fn run() -> Result<(), String> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("rig-disk FOLDER [--names folder|journal]")?;
    let names = match (words.next().as_deref(), words.next().as_deref()) {
        (None, _) | (Some("--names"), Some("folder")) => Names::Folder,
        (Some("--names"), Some("journal")) => Names::Journal,
        _ => return Err("--names is folder or journal".to_owned()),
    };
    let shared = Shared::new(Disk::new(names));
    let session =
        fuser::spawn_mount(shared.clone(), &folder, &config()).map_err(|error| format!("{folder}: {error}"))?;
    let mut out = std::io::stdout().lock();
    let mut say = |line: String| writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| error.to_string());
    say("ok mounted".to_owned())?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        say(obey(&shared, &line).map_or_else(|no| format!("no {no}"), |said| format!("ok {said}")))?;
    }
    shared.end();
    session.umount_and_join().map_err(|error| format!("{folder}: {error}"))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(says) => {
            // Nowhere else to say it.
            let _ = writeln!(std::io::stderr(), "{says}");
            ExitCode::FAILURE
        }
    }
}
