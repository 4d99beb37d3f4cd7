//! A disk that keeps only what was synced: folders, files, what of them is on the
//! platter, and the faults it can be told to have. [`crate::mount`] shows it to programs.
//!
//! Rules, where systems differ the harsher one:
//! - bytes and length of a file are kept by a sync of that file;
//! - a name (made, moved, removed) is kept by a sync of its folder, and by nothing else:
//!   POSIX promises no more, though most Linux filesystems keep a new file's name with
//!   the file. [`Names::Journal`] is the milder rule: any sync keeps all names so far;
//! - a move between folders is kept wholly or not at all;
//! - owner and mode are kept at once.

use crate::chance::Dice;
use crate::content::{Content, Model};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

/// The number of the root folder.
pub const ROOT: u64 = 1;

/// What keeps names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Only a sync of the folder.
    Folder,
    /// Any sync, of all names so far.
    Journal,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum No {
    /// No such name or file.
    Missing,
    /// The name is taken.
    Taken,
    /// The folder is not empty.
    Filled,
    /// A folder where a file is needed, or the other way round.
    Kind,
    /// No room.
    Full,
    /// The disk failed.
    Failed,
    /// The power is off: whoever asks waits.
    Off,
}

/// Owner and mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// Permission bits.
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

type Entries = BTreeMap<OsString, u64>;

/// A folder or a file.
#[derive(Debug, Clone)]
enum Kind {
    Folder { now: Entries, kept: Entries },
    File(Content),
}

#[derive(Debug, Clone)]
struct Node {
    meta: Meta,
    kind: Kind,
}

/// A change of names that is not on the platter yet.
#[derive(Debug, Clone)]
struct Change {
    gone: Option<(u64, OsString)>,
    come: Option<(u64, OsString, u64)>,
}

impl Change {
    fn folders(&self) -> impl Iterator<Item = u64> {
        self.gone.iter().map(|(folder, _)| *folder).chain(self.come.iter().map(|(folder, ..)| *folder))
    }
}

/// Faults to come; counts are of what happens from the telling on, 1 is the next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// The sync that will fail, once.
    pub sync: Option<u64>,
    /// The write that will find the disk full; it stays full.
    pub write: Option<u64>,
    /// No room for new blocks.
    pub full: bool,
    /// The change (write, sync, name) at which the power goes.
    pub off_at: Option<u64>,
    /// The power is off.
    pub off: bool,
    /// Syncs are acknowledged and nothing is kept.
    pub lie: bool,
}

/// What has happened since the disk was made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Writes and changes of length.
    pub writes: u64,
    /// Syncs of files and folders.
    pub syncs: u64,
    /// Syncs that failed.
    pub failed: u64,
    /// Writes that found no room.
    pub full: u64,
}

/// What programs are told of a node.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Its number.
    pub number: u64,
    /// Owner and mode.
    pub meta: Meta,
    /// Whether it is a folder.
    pub folder: bool,
    /// Its length.
    pub size: u64,
    /// Blocks of 512 bytes.
    pub blocks: u64,
}

/// The disk.
#[derive(Debug)]
pub struct Disk {
    nodes: BTreeMap<u64, Node>,
    next: u64,
    pending: Vec<Change>,
    names: Names,
    /// Faults to come.
    pub faults: Faults,
    /// What has happened.
    pub counts: Counts,
}

fn due(count: &mut Option<u64>) -> bool {
    let Some(left) = count else { return false };
    *left = left.saturating_sub(1);
    let due = *left == 0;
    if due {
        *count = None;
    }
    due
}

impl Disk {
    /// An empty disk.
    pub fn new(names: Names) -> Self {
        let meta = Meta { mode: 0o755, uid: 0, gid: 0 };
        let root = Node { meta, kind: Kind::Folder { now: Entries::new(), kept: Entries::new() } };
        let nodes = BTreeMap::from([(ROOT, root)]);
        Self { nodes, next: ROOT + 1, pending: Vec::new(), names, faults: Faults::default(), counts: Counts::default() }
    }

    fn entries(&self, folder: u64) -> Result<&Entries, No> {
        match &self.nodes.get(&folder).ok_or(No::Missing)?.kind {
            Kind::Folder { now, .. } => Ok(now),
            Kind::File(_) => Err(No::Kind),
        }
    }

    fn content(&mut self, number: u64) -> Result<&mut Content, No> {
        match &mut self.nodes.get_mut(&number).ok_or(No::Missing)?.kind {
            Kind::File(content) => Ok(content),
            Kind::Folder { .. } => Err(No::Kind),
        }
    }

    /// A node by name.
    pub fn find(&self, folder: u64, name: &OsStr) -> Result<Look, No> {
        self.look(*self.entries(folder)?.get(name).ok_or(No::Missing)?)
    }

    /// A node by number.
    pub fn look(&self, number: u64) -> Result<Look, No> {
        let node = self.nodes.get(&number).ok_or(No::Missing)?;
        let (folder, size, blocks) = match &node.kind {
            Kind::Folder { .. } => (true, 4096, 8),
            Kind::File(content) => (false, content.size(), content.blocks()),
        };
        Ok(Look { number, meta: node.meta, folder, size, blocks })
    }

    /// What is in a folder.
    pub fn list(&self, folder: u64) -> Result<Vec<(OsString, Look)>, No> {
        let entries = self.entries(folder)?;
        entries.iter().map(|(name, number)| Ok((name.clone(), self.look(*number)?))).collect()
    }

    /// Bytes of a file.
    pub fn read(&mut self, number: u64, at: u64, length: usize) -> Result<Vec<u8>, No> {
        Ok(self.content(number)?.read(at, length))
    }

    /// Before anything that changes: the power may be off, or go now.
    fn powered(&mut self) -> Result<(), No> {
        self.faults.off |= due(&mut self.faults.off_at);
        if self.faults.off { Err(No::Off) } else { Ok(()) }
    }

    /// Makes a file or a folder.
    pub fn make(&mut self, folder: u64, name: &OsStr, meta: Meta, as_folder: bool) -> Result<Look, No> {
        self.powered()?;
        if self.entries(folder)?.contains_key(name) {
            return Err(No::Taken);
        }
        let kind = if as_folder {
            Kind::Folder { now: Entries::new(), kept: Entries::new() }
        } else {
            Kind::File(Content::default())
        };
        let number = self.next;
        self.next += 1;
        self.nodes.insert(number, Node { meta, kind });
        self.change(Change { gone: None, come: Some((folder, name.to_owned(), number)) });
        self.look(number)
    }

    /// Gives a file a second name.
    pub fn link(&mut self, number: u64, folder: u64, name: &OsStr) -> Result<Look, No> {
        self.powered()?;
        if self.entries(folder)?.contains_key(name) {
            return Err(No::Taken);
        }
        self.content(number)?;
        self.change(Change { gone: None, come: Some((folder, name.to_owned(), number)) });
        self.look(number)
    }

    /// Takes a name away; of a folder only when it is empty.
    pub fn remove(&mut self, folder: u64, name: &OsStr, as_folder: bool) -> Result<(), No> {
        self.powered()?;
        let found = self.find(folder, name)?;
        if found.folder != as_folder {
            return Err(No::Kind);
        }
        if as_folder && !self.entries(found.number)?.is_empty() {
            return Err(No::Filled);
        }
        self.change(Change { gone: Some((folder, name.to_owned())), come: None });
        Ok(())
    }

    /// Moves a name, over another one if it may.
    pub fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr), over: bool) -> Result<(), No> {
        self.powered()?;
        let found = self.find(from.0, from.1)?;
        if let Ok(taken) = self.find(to.0, to.1) {
            if !over {
                return Err(No::Taken);
            }
            if taken.number == found.number {
                return Ok(());
            }
            if taken.folder && !self.entries(taken.number)?.is_empty() {
                return Err(No::Filled);
            }
        }
        let come = Some((to.0, to.1.to_owned(), found.number));
        self.change(Change { gone: Some((from.0, from.1.to_owned())), come });
        Ok(())
    }

    fn change(&mut self, change: Change) {
        self.apply(&change, |kind| match kind {
            Kind::Folder { now, .. } => Some(now),
            Kind::File(_) => None,
        });
        self.pending.push(change);
    }

    fn keep(&mut self, change: &Change) {
        self.apply(change, |kind| match kind {
            Kind::Folder { kept, .. } => Some(kept),
            Kind::File(_) => None,
        });
    }

    fn apply(&mut self, change: &Change, side: fn(&mut Kind) -> Option<&mut Entries>) {
        if let Some((folder, name)) = &change.gone
            && let Some(entries) = self.nodes.get_mut(folder).and_then(|node| side(&mut node.kind))
        {
            entries.remove(name);
        }
        if let Some((folder, name, number)) = &change.come
            && let Some(entries) = self.nodes.get_mut(folder).and_then(|node| side(&mut node.kind))
        {
            entries.insert(name.clone(), *number);
        }
    }

    /// Changes owner or mode.
    pub fn dress(&mut self, number: u64, mode: Option<u16>, uid: Option<u32>, gid: Option<u32>) -> Result<(), No> {
        let meta = &mut self.nodes.get_mut(&number).ok_or(No::Missing)?.meta;
        *meta = Meta { mode: mode.unwrap_or(meta.mode), uid: uid.unwrap_or(meta.uid), gid: gid.unwrap_or(meta.gid) };
        Ok(())
    }

    /// Writes bytes.
    pub fn write(&mut self, number: u64, at: u64, bytes: &[u8]) -> Result<(), No> {
        self.powered()?;
        self.counts.writes += 1;
        let now_full = due(&mut self.faults.write);
        self.faults.full |= now_full;
        let grows = self.content(number)?.grows(at, bytes.len());
        if now_full || (self.faults.full && grows) {
            self.counts.full += 1;
            return Err(No::Full);
        }
        self.content(number)?.write(at, bytes);
        Ok(())
    }

    /// Changes a file's length.
    pub fn resize(&mut self, number: u64, size: u64) -> Result<(), No> {
        self.powered()?;
        self.counts.writes += 1;
        self.content(number)?.resize(size);
        Ok(())
    }

    /// Syncs a file or a folder.
    pub fn sync(&mut self, number: u64) -> Result<(), No> {
        self.powered()?;
        self.counts.syncs += 1;
        if self.faults.lie {
            return Ok(());
        }
        let failing = due(&mut self.faults.sync);
        let folder = match &mut self.nodes.get_mut(&number).ok_or(No::Missing)?.kind {
            Kind::File(content) if failing => {
                content.lose();
                false
            }
            Kind::File(content) => {
                content.sync();
                false
            }
            Kind::Folder { .. } => true,
        };
        if failing {
            self.counts.failed += 1;
            return Err(No::Failed);
        }
        if self.names == Names::Journal {
            for change in std::mem::take(&mut self.pending) {
                self.keep(&change);
            }
        } else if folder {
            self.keep_names(number);
        }
        Ok(())
    }

    /// Keeps a folder's names, and what they followed from in other folders.
    fn keep_names(&mut self, folder: u64) {
        let mut folders = BTreeSet::from([folder]);
        let (mut kept, mut left) = (Vec::new(), Vec::new());
        for change in std::mem::take(&mut self.pending).into_iter().rev() {
            if change.folders().any(|one| folders.contains(&one)) {
                folders.extend(change.folders());
                kept.push(change);
            } else {
                left.push(change);
            }
        }
        for change in kept.iter().rev() {
            self.keep(change);
        }
        self.pending = left.into_iter().rev().collect();
    }

    /// Puts everything on the platter, as after a quiet minute.
    pub fn settle(&mut self) {
        for node in self.nodes.values_mut() {
            match &mut node.kind {
                Kind::File(content) => content.sync(),
                Kind::Folder { now, kept } => kept.clone_from(now),
            }
        }
        self.pending.clear();
    }

    /// Cuts the power and switches it on again: what is on the platter is all there is,
    /// and what chance adds. All nodes but the root have new numbers, so that nothing
    /// which the kernel still knows is taken for what is there now. Faults are over.
    pub fn cut(&mut self, model: Model, seed: u64) {
        let mut dice = Dice::of(seed);
        if model != Model::Drop {
            // Changes of names come to a disk in their order.
            let upto = dice.upto(self.pending.len());
            for change in self.pending.drain(..upto).collect::<Vec<_>>() {
                self.keep(&change);
            }
        }
        self.pending.clear();
        self.faults = Faults::default();
        let old = std::mem::take(&mut self.nodes);
        let mut numbers = BTreeMap::from([(ROOT, ROOT)]);
        let mut waiting = vec![ROOT];
        while let Some(number) = waiting.pop() {
            let Some(node) = old.get(&number) else { continue };
            let kind = match &node.kind {
                Kind::File(content) => Kind::File(content.after(model, &mut dice)),
                Kind::Folder { kept, .. } => {
                    let mut entries = Entries::new();
                    for (name, below) in kept {
                        let fresh = *numbers.entry(*below).or_insert_with(|| {
                            waiting.push(*below);
                            self.next += 1;
                            self.next
                        });
                        entries.insert(name.clone(), fresh);
                    }
                    Kind::Folder { now: entries.clone(), kept: entries }
                }
            };
            self.nodes.insert(numbers[&number], Node { meta: node.meta, kind });
        }
        self.next += 1;
    }
}
