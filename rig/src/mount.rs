//! Shows a [`Disk`] to programs over FUSE. Writes reach it at once and in order (the
//! kernel's write-back cache stays off); reading and mapping go through the kernel's
//! page cache, which is what a mapped `-shm` needs. Names are asked for anew each time,
//! so that a cut is seen; lengths are not, since a cut gives every file a new number.

use crate::content::Model;
use crate::disk::{Disk, Look, Meta, No};
use fuser::{
    Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner, MountOption,
    OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyStatfs, ReplyWrite, Request, SessionACL, TimeOrNow, WriteFlags,
};
use std::ffi::OsStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

const NO_TIME: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_hours(1);
const BLOCKS: u64 = 1 << 22;

type Waiting = Box<dyn FnOnce() + Send>;

/// A disk that programs and the rig share.
#[derive(Clone)]
pub struct Shared {
    disk: Arc<Mutex<Disk>>,
    /// Who asked after the power went, and waits for an answer. Locked after the disk.
    waiting: Arc<Mutex<Vec<Waiting>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// For one disk.
    pub fn new(disk: Disk) -> Self {
        Self { disk: Arc::new(Mutex::new(disk)), waiting: Arc::default() }
    }

    /// The disk.
    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }

    /// Cuts the power and switches it on again. Who has waited since it went is told that
    /// the disk failed: they are being killed, and end only once the kernel has an answer.
    pub fn cut(&self, model: Model, seed: u64) {
        let mut disk = self.disk();
        self.release();
        disk.cut(model, seed);
    }

    /// Switches the power on without a cut, so that nobody waits any more.
    pub fn end(&self) {
        let mut disk = self.disk();
        disk.faults.off = false;
        self.release();
    }

    fn release(&self) {
        for answer in lock(&self.waiting).drain(..) {
            answer();
        }
    }

    /// Answers a refusal, or lets the caller wait when the power is off. The disk is still
    /// locked: a cut between the refusal and the wait would leave somebody behind.
    fn refuse(&self, _still: &Disk, no: No, answer: impl FnOnce(Errno) + Send + 'static) {
        if no == No::Off {
            lock(&self.waiting).push(Box::new(move || answer(Errno::EIO)));
        } else {
            answer(errno(no));
        }
    }
}

fn errno(no: No) -> Errno {
    match no {
        No::Missing => Errno::ENOENT,
        No::Taken => Errno::EEXIST,
        No::Filled => Errno::ENOTEMPTY,
        No::Kind => Errno::EINVAL,
        No::Full => Errno::ENOSPC,
        No::Failed | No::Off => Errno::EIO,
    }
}

fn attr(look: &Look) -> FileAttr {
    FileAttr {
        ino: INodeNo(look.number),
        size: look.size,
        blocks: look.blocks,
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind: kind(look),
        perm: look.meta.mode,
        nlink: if look.folder { 2 } else { 1 },
        uid: look.meta.uid,
        gid: look.meta.gid,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

fn kind(look: &Look) -> FileType {
    if look.folder { FileType::Directory } else { FileType::RegularFile }
}

fn dressed(request: &Request, mode: u32, umask: u32) -> Meta {
    let mode = u16::try_from(mode & !umask & 0o7777).unwrap_or(0o600);
    Meta { mode, uid: request.uid(), gid: request.gid() }
}

/// How it is mounted: for all users, with the kernel checking permissions.
pub fn config() -> Config {
    let mut config = Config::default();
    config.mount_options =
        vec![MountOption::FSName("rig-disk".to_owned()), MountOption::DefaultPermissions, MountOption::NoAtime];
    config.acl = SessionACL::All;
    config
}

impl Shared {
    fn entry(&self, still: &Disk, found: Result<Look, No>, reply: ReplyEntry) {
        match found {
            Ok(look) => reply.entry_with_ttls(&LONG, &NO_TIME, &attr(&look), Generation(0)),
            Err(no) => self.refuse(still, no, move |errno| reply.error(errno)),
        }
    }

    fn done(&self, still: &Disk, done: Result<(), No>, reply: ReplyEmpty) {
        match done {
            Ok(()) => reply.ok(),
            Err(no) => self.refuse(still, no, move |errno| reply.error(errno)),
        }
    }
}

impl Filesystem for Shared {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let disk = self.disk();
        let found = disk.find(parent.0, name);
        self.entry(&disk, found, reply);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.disk().look(ino.0) {
            Ok(look) => reply.attr(&LONG, &attr(&look)),
            Err(no) => reply.error(errno(no)),
        }
    }

    #[expect(clippy::disallowed_types, reason = "the trait's signature; times are not kept")]
    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<std::time::SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<std::time::SystemTime>,
        _chgtime: Option<std::time::SystemTime>,
        _bkuptime: Option<std::time::SystemTime>,
        _flags: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut disk = self.disk();
        let mode = mode.and_then(|mode| u16::try_from(mode & 0o7777).ok());
        let done = size
            .map_or(Ok(()), |size| disk.resize(ino.0, size))
            .and_then(|()| disk.dress(ino.0, mode, uid, gid))
            .and_then(|()| disk.look(ino.0));
        match done {
            Ok(look) => reply.attr(&LONG, &attr(&look)),
            Err(no) => self.refuse(&disk, no, move |errno| reply.error(errno)),
        }
    }

    fn mknod(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, _: u32, reply: ReplyEntry) {
        let mut disk = self.disk();
        let made = disk.make(parent.0, name, dressed(req, mode, umask), false);
        self.entry(&disk, made, reply);
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        let mut disk = self.disk();
        let made = disk.make(parent.0, name, dressed(req, mode, umask), true);
        self.entry(&disk, made, reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let mut disk = self.disk();
        let done = disk.remove(parent.0, name, false);
        self.done(&disk, done, reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let mut disk = self.disk();
        let done = disk.remove(parent.0, name, true);
        self.done(&disk, done, reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        if flags.contains(RenameFlags::RENAME_EXCHANGE) {
            return reply.error(Errno::EINVAL);
        }
        let over = !flags.contains(RenameFlags::RENAME_NOREPLACE);
        let mut disk = self.disk();
        let done = disk.rename((parent.0, name), (newparent.0, newname), over);
        self.done(&disk, done, reply);
    }

    fn link(&self, _: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        let mut disk = self.disk();
        let made = disk.link(ino.0, newparent.0, newname);
        self.entry(&disk, made, reply);
    }

    fn open(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.disk().look(ino.0) {
            Ok(_) => reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE),
            Err(no) => reply.error(errno(no)),
        }
    }

    fn create(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, _: i32, reply: ReplyCreate) {
        let mut disk = self.disk();
        let made = disk.make(parent.0, name, dressed(req, mode, umask), false);
        match made {
            Ok(look) => {
                reply.created(&NO_TIME, &attr(&look), Generation(0), FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
            }
            Err(no) => self.refuse(&disk, no, move |errno| reply.error(errno)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.disk().read(ino.0, offset, size as usize) {
            Ok(bytes) => reply.data(&bytes),
            Err(no) => reply.error(errno(no)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut disk = self.disk();
        let done = disk.write(ino.0, offset, data);
        match done {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(0)),
            Err(no) => self.refuse(&disk, no, move |errno| reply.error(errno)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut disk = self.disk();
        let done = disk.sync(ino.0);
        self.done(&disk, done, reply);
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut disk = self.disk();
        let done = disk.sync(ino.0);
        self.done(&disk, done, reply);
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let listed = self.disk().list(ino.0);
        let entries = match listed {
            Ok(entries) => entries,
            Err(no) => return reply.error(errno(no)),
        };
        let first = usize::try_from(offset).unwrap_or(usize::MAX);
        for (place, (name, look)) in (1..).zip(&entries).skip(first) {
            if reply.add(INodeNo(look.number), place, kind(look), name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let free = if self.disk().faults.full { 0 } else { BLOCKS };
        reply.statfs(BLOCKS, free, free, BLOCKS, BLOCKS, 4096, 255, 4096);
    }
}
