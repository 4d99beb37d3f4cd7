//! The reserve of looks: what a full disk may still record.
//!
//! A look must be durable before its first byte leaves (U1), and on a full disk
//! reading should go on (D4). So every lane keeps a small file of real blocks, written
//! while there was room. When a commit fails for want of room, the lane writes the
//! looks of that batch over the file's old content and syncs it; a look that is there
//! counts as recorded. As soon as the disk takes a commit again, the lane gives them
//! their places in the chain, in order, together with a note (a fact of the database)
//! of how far it came: after a kill in between each look is in the chain exactly once.
//!
//! The file: a head of 64 bytes (mark, the database's id, the file's id), then records
//! one after another from the front: length, sequence, digest, content. Sequences grow
//! for ever; once all are in the chain, writing begins at the front again, and what an
//! older round left behind is told by its sequence. When the lane may use it is
//! [`crate::lane`]'s matter.

mod held;

pub use held::Held;

use crate::event::Event;
use crate::link::Link;
use crate::value::{P, hex};
use held::{HEAD, NextRecord};
use kernel::{Fault, FaultKind, World};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a reserve: some 30,000 looks.
const SIZE: u64 = 4 << 20;
/// Looks that one transaction takes into the chain.
pub(crate) const DRAINED_MAX: usize = 1_024;

/// Looks that wait, with their sequences; shared with those who show them.
pub(crate) type Waiting = Arc<Mutex<Vec<(i64, Held)>>>;

/// One lane's file.
pub(crate) struct Reserve {
    file: File,
    database: [u8; 16],
    id: [u8; 16],
    size: u64,
    /// Where the next record goes.
    end: u64,
    next_seq: i64,
    waiting: Waiting,
    /// A write or sync of the file failed: nothing more is entrusted to it.
    failed: bool,
    /// The looks cannot be taken into the chain, for another reason than room.
    held_back: bool,
}

fn io(doing: String, error: std::io::Error) -> Fault {
    let kind = if error.kind() == std::io::ErrorKind::StorageFull { FaultKind::Full } else { FaultKind::Broken };
    Fault::from_source(kind, doing, error)
}

/// An id that the database keeps under a name, made at the first time.
fn database_id(link: &mut Link, world: &World) -> Result<[u8; 16], Fault> {
    let name = "store.database";
    if fact(link, name)?.is_none() {
        link.execute(
            "INSERT INTO store_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            &[P::S(name), P::B(&world.chance().key())],
        )?;
    }
    let id = fact(link, name)?.unwrap_or_default();
    id.get(..16).and_then(|id| id.try_into().ok()).ok_or_else(|| Fault::broken("store.database is not an id"))
}

fn fact(link: &mut Link, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut found = None;
    link.rows("SELECT value FROM store_facts WHERE name = $1", &[P::S(name)], &mut |row| {
        found = Some(row.bytes(0)?.to_vec());
        Ok(())
    })?;
    Ok(found)
}

impl Reserve {
    /// Opens a lane's file and finds the looks that wait in it; makes it, with real
    /// blocks, where there is none. A file of another database is put aside if it may
    /// hold something.
    pub(crate) fn open(link: &mut Link, path: &Path, world: &World) -> Result<Self, Fault> {
        Self::sized(link, path, world, SIZE)
    }

    fn sized(link: &mut Link, path: &Path, world: &World, size: u64) -> Result<Self, Fault> {
        let doing = || format!("opening the reserve of looks {}", path.display());
        let database = database_id(link, world)?;
        match std::fs::read(path) {
            Ok(bytes) => match held::read_head(&bytes) {
                Some((owner, id)) if owner == database => {
                    let file = OpenOptions::new().write(true).open(path).map_err(|error| io(doing(), error))?;
                    return Self::found(link, file, database, id, &bytes);
                }
                known => {
                    let used = held::records(&bytes).next().is_some() || known.is_none();
                    if used {
                        put_aside(path, world)?;
                    }
                }
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(doing(), error)),
        }
        let mut id = [0; 16];
        id.copy_from_slice(&world.chance().key()[..16]);
        let file = made(path, &held::head(&database, &id), size).map_err(|error| io(doing(), error))?;
        Ok(Self {
            file,
            database,
            id,
            size,
            end: HEAD,
            next_seq: 1,
            waiting: Waiting::default(),
            failed: false,
            held_back: false,
        })
    }

    /// Reads what an earlier process left.
    fn found(link: &mut Link, file: File, database: [u8; 16], id: [u8; 16], bytes: &[u8]) -> Result<Self, Fault> {
        let mut reserve = Self {
            file,
            database,
            id,
            size: bytes.len() as u64,
            end: HEAD,
            next_seq: 1,
            waiting: Waiting::default(),
            failed: false,
            held_back: false,
        };
        let drained = reserve.drained(link)?;
        reserve.next_seq = drained + 1;
        let mut waiting = Vec::new();
        for NextRecord { seq, held, end } in held::records(bytes) {
            // What an older round left behind the newest record ends the walk.
            if seq < reserve.next_seq {
                if waiting.is_empty() {
                    continue;
                }
                break;
            }
            waiting.push((seq, held));
            reserve.next_seq = seq + 1;
            reserve.end = end;
        }
        if !waiting.is_empty() {
            tracing::info!(looks = waiting.len(), "looks wait in the reserve for their place in the trail");
        }
        *reserve.lock() = waiting;
        Ok(reserve)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(i64, Held)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The looks that wait, for those who show them.
    pub(crate) fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }

    /// Whether looks wait that could be taken into the chain.
    pub(crate) fn due(&self) -> bool {
        !self.held_back && !self.lock().is_empty()
    }

    /// The fact under which the database notes how far it has taken looks over.
    fn fact_name(&self) -> String {
        format!("store.reserve.{}", hex(&self.id))
    }

    /// The sequence of the last look that is in the chain.
    fn drained(&self, link: &mut Link) -> Result<i64, Fault> {
        let noted = fact(link, &self.fact_name())?;
        Ok(noted.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_le_bytes))
    }

    /// In the transaction that takes looks over: the next ones, oldest first, and the
    /// note of how far they go.
    pub(crate) fn take(&self, link: &mut Link) -> Result<(i64, Vec<Held>), Fault> {
        let drained = self.drained(link)?;
        let next: Vec<(i64, Held)> =
            self.lock().iter().filter(|(seq, _)| *seq > drained).take(DRAINED_MAX).cloned().collect();
        let upto = next.last().map_or(self.next_seq - 1, |(seq, _)| *seq);
        link.execute(
            "INSERT INTO store_facts (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[P::S(&self.fact_name()), P::B(&upto.to_le_bytes())],
        )?;
        Ok((upto, next.into_iter().map(|(_, held)| held).collect()))
    }

    /// After that transaction's commit: the looks up to `upto` wait no longer.
    pub(crate) fn taken(&mut self, upto: i64) {
        let mut waiting = self.lock();
        waiting.retain(|(seq, _)| *seq > upto);
        let empty = waiting.is_empty();
        drop(waiting);
        if empty {
            self.end = HEAD;
            // Only so that the file looks unused; the note in the database decides.
            let _ = self.file.write_all_at(&[0; 4], HEAD);
        }
    }

    /// Stops taking looks over until the next start: it failed for another reason than
    /// room, and must not keep everybody from writing.
    pub(crate) fn hold_back(&mut self) {
        self.held_back = true;
    }

    /// Makes looks durable here, as many as fit, in order; answers how many. Each comes
    /// with its instant.
    pub(crate) fn keep(&mut self, looks: &[(i64, &Event)]) -> usize {
        if self.failed {
            return 0;
        }
        let mut bytes = Vec::new();
        let mut kept = Vec::new();
        for ((at, event), seq) in looks.iter().zip(self.next_seq..) {
            let held = Held::of(&event.line(*at));
            let before = bytes.len();
            held.write(seq, &mut bytes);
            // A record that reading would pass over is none, and hides all behind it.
            if bytes.len() - before > held::RECORD_MAX {
                bytes.truncate(before);
                tracing::warn!(event = event.name.name, "a look is too long for the reserve; it is refused");
                break;
            }
            if self.end + bytes.len() as u64 > self.size {
                bytes.truncate(before);
                tracing::warn!("the reserve of looks is used up; personal reads are refused until the disk has room");
                break;
            }
            kept.push((seq, held));
        }
        if kept.is_empty() {
            return 0;
        }
        let written = self.file.write_all_at(&bytes, self.end).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            tracing::error!(error = %error, "the reserve of looks cannot be written; it is not used any more");
            self.failed = true;
            return 0;
        }
        self.end += bytes.len() as u64;
        self.next_seq += i64::try_from(kept.len()).unwrap_or(0);
        let count = kept.len();
        self.lock().extend(kept);
        count
    }
}

impl std::fmt::Debug for Reserve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reserve({} of {})", hex(&self.id), hex(&self.database))
    }
}

/// Whether a file may hold looks that wait.
pub(crate) fn in_use(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| held::records(&bytes).next().is_some())
}

/// Renames a file that this database does not know, so that nothing in it is lost.
fn put_aside(path: &Path, world: &World) -> Result<(), Fault> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".other-{}", world.now()));
    let aside = PathBuf::from(name);
    std::fs::rename(path, &aside).map_err(|error| io(format!("putting {} aside", path.display()), error))?;
    tracing::warn!(file = %aside.display(), "a reserve of looks belongs to another database; it was put aside");
    Ok(())
}

/// A new file under its final name only once all its blocks are on the disk.
fn made(path: &Path, head: &[u8], size: u64) -> std::io::Result<File> {
    let fresh = path.with_extension("looks-new");
    // Left by a process that was killed while it made one.
    let _ = std::fs::remove_file(&fresh);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    let mut bytes = head.to_vec();
    bytes.resize(usize::try_from(size).unwrap_or(usize::MAX), 0);
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // A part of a file would only take the last room.
        let _ = std::fs::remove_file(&fresh);
        return Err(error);
    }
    std::fs::rename(&fresh, path)?;
    if let Some(folder) = path.parent() {
        crate::durable::names(folder)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests;
