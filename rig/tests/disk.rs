//! The rig's disk by itself: names, faults and cuts, without mounting it.

#![expect(clippy::unwrap_used, reason = "a test program: a panic is how it fails")]

use rig::content::Model;
use rig::disk::{Disk, Meta, Names, No, ROOT};
use std::ffi::OsStr;

const META: Meta = Meta { mode: 0o644, uid: 7, gid: 8 };

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn made(disk: &mut Disk, folder: u64, text: &str) -> u64 {
    disk.make(folder, name(text), META, false).unwrap().number
}

/// A synced file, its name with it.
fn kept(disk: &mut Disk, text: &str, bytes: &[u8]) -> u64 {
    let file = made(disk, ROOT, text);
    disk.write(file, 0, bytes).unwrap();
    disk.sync(file).unwrap();
    disk.sync(ROOT).unwrap();
    file
}

fn listed(disk: &Disk, folder: u64) -> Vec<String> {
    disk.list(folder).unwrap().into_iter().map(|(name, _)| name.into_string().unwrap()).collect()
}

#[test]
fn a_name_lives_only_when_its_folder_was_synced() {
    for (names, left) in [(Names::Folder, vec![]), (Names::Journal, vec!["file"])] {
        let mut disk = Disk::new(names);
        let file = made(&mut disk, ROOT, "file");
        disk.write(file, 0, b"synced").unwrap();
        disk.sync(file).unwrap();
        disk.cut(Model::Drop, 1);
        assert_eq!(listed(&disk, ROOT), left, "{names:?}");
    }
    let mut disk = Disk::new(Names::Folder);
    kept(&mut disk, "file", b"synced");
    disk.remove(ROOT, name("file"), false).unwrap();
    assert_eq!(disk.find(ROOT, name("file")).err(), Some(No::Missing));
    disk.cut(Model::Drop, 1);
    let found = disk.find(ROOT, name("file")).unwrap();
    assert_eq!((found.meta, disk.read(found.number, 0, 10).unwrap()), (META, b"synced".to_vec()));
}

#[test]
fn a_rename_over_a_file_leaves_the_old_or_the_new_one() {
    for synced in [false, true] {
        let mut disk = Disk::new(Names::Folder);
        kept(&mut disk, "old", b"old");
        let fresh = made(&mut disk, ROOT, "fresh");
        disk.write(fresh, 0, b"new").unwrap();
        disk.sync(fresh).unwrap();
        disk.rename((ROOT, name("fresh")), (ROOT, name("old")), true).unwrap();
        if synced {
            disk.sync(ROOT).unwrap();
        }
        disk.cut(Model::Drop, 1);
        assert_eq!(listed(&disk, ROOT), ["old"]);
        let found = disk.find(ROOT, name("old")).unwrap().number;
        assert_eq!(disk.read(found, 0, 9).unwrap(), if synced { b"new" } else { b"old" });
    }
}

#[test]
fn what_moved_between_folders_is_in_one_of_them() {
    let mut disk = Disk::new(Names::Folder);
    let below = disk.make(ROOT, name("below"), META, true).unwrap().number;
    kept(&mut disk, "file", b"x");
    disk.rename((ROOT, name("file")), (below, name("file")), false).unwrap();
    let other = made(&mut disk, ROOT, "other");
    assert_ne!(other, below);
    // It follows from what happened in the root folder before, not after.
    disk.sync(below).unwrap();
    disk.cut(Model::Drop, 1);
    assert_eq!(listed(&disk, ROOT), ["below"]);
    let below = disk.find(ROOT, name("below")).unwrap().number;
    assert_eq!(listed(&disk, below), ["file"]);
}

#[test]
fn by_chance_names_live_in_their_order() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let mut disk = Disk::new(Names::Folder);
        for text in ["a", "b", "c"] {
            made(&mut disk, ROOT, text);
        }
        disk.cut(Model::Pages, seed);
        seen.insert(listed(&disk, ROOT).concat());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["", "a", "ab", "abc"]);
}

#[test]
fn two_names_of_one_file_stay_one_file() {
    let mut disk = Disk::new(Names::Folder);
    let file = kept(&mut disk, "one", b"1");
    disk.link(file, ROOT, name("two")).unwrap();
    disk.sync(ROOT).unwrap();
    disk.cut(Model::Torn, 1);
    let (one, two) = (disk.find(ROOT, name("one")).unwrap().number, disk.find(ROOT, name("two")).unwrap().number);
    assert_eq!(one, two);
    assert!(one > file, "a number is never used again");
    disk.remove(ROOT, name("one"), false).unwrap();
    assert_eq!(disk.read(two, 0, 1).unwrap(), b"1");
}

#[test]
fn the_chosen_sync_fails_once_and_its_pages_are_lost() {
    let mut disk = Disk::new(Names::Folder);
    let file = kept(&mut disk, "file", b"old");
    disk.faults.sync = Some(2);
    disk.write(file, 0, b"one").unwrap();
    assert_eq!(disk.sync(file), Ok(()));
    disk.write(file, 0, b"two").unwrap();
    assert_eq!(disk.sync(file), Err(No::Failed));
    assert_eq!(disk.sync(file), Ok(()), "it believes that there is nothing left to do");
    assert_eq!(disk.read(file, 0, 3).unwrap(), b"two");
    disk.cut(Model::Drop, 1);
    let file = disk.find(ROOT, name("file")).unwrap().number;
    assert_eq!((disk.read(file, 0, 3).unwrap(), disk.counts.failed), (b"one".to_vec(), 1));
}

#[test]
fn a_full_disk_writes_over_what_it_has_and_has_room_again() {
    let mut disk = Disk::new(Names::Folder);
    let file = kept(&mut disk, "file", b"old");
    disk.faults.write = Some(2);
    assert_eq!(disk.write(file, 4096, b"grows"), Ok(()));
    assert_eq!(disk.write(file, 0, b"the chosen one"), Err(No::Full));
    assert_eq!(disk.write(file, 0, b"new"), Ok(()));
    assert_eq!(disk.write(file, 8192, b"grows"), Err(No::Full));
    disk.faults.full = false;
    assert_eq!(disk.write(file, 8192, b"grows"), Ok(()));
    assert_eq!(disk.read(file, 0, 3).unwrap(), b"new");
}

#[test]
fn after_the_power_went_nothing_changes_until_it_is_back() {
    let mut disk = Disk::new(Names::Folder);
    let file = kept(&mut disk, "file", b"old");
    disk.faults.off_at = Some(2);
    disk.write(file, 0, b"new").unwrap();
    assert_eq!(disk.sync(file), Err(No::Off));
    assert_eq!(disk.write(file, 0, b"newer"), Err(No::Off));
    assert_eq!(disk.make(ROOT, name("other"), META, false).err(), Some(No::Off));
    assert_eq!(disk.remove(ROOT, name("file"), false), Err(No::Off));
    disk.cut(Model::Drop, 1);
    assert_eq!(listed(&disk, ROOT), ["file"]);
    let file = disk.find(ROOT, name("file")).unwrap().number;
    assert_eq!(disk.read(file, 0, 5).unwrap(), b"old");
    assert_eq!(disk.write(file, 0, b"again"), Ok(()));
}

#[test]
fn a_lying_disk_acknowledges_and_keeps_what_it_had() {
    let mut disk = Disk::new(Names::Folder);
    let file = kept(&mut disk, "file", b"old");
    disk.faults.lie = true;
    disk.write(file, 0, b"new").unwrap();
    assert_eq!((disk.sync(file), disk.sync(ROOT)), (Ok(()), Ok(())));
    disk.cut(Model::Drop, 1);
    let file = disk.find(ROOT, name("file")).unwrap().number;
    assert_eq!(disk.read(file, 0, 3).unwrap(), b"old");
    assert!(!disk.faults.lie, "a cut ends it");
}

#[test]
fn a_quiet_minute_keeps_everything() {
    let mut disk = Disk::new(Names::Folder);
    let folder = disk.make(ROOT, name("folder"), META, true).unwrap().number;
    let file = made(&mut disk, folder, "file");
    disk.write(file, 0, b"bytes").unwrap();
    assert_eq!(disk.make(folder, name("file"), META, false).err(), Some(No::Taken));
    assert_eq!(disk.remove(ROOT, name("folder"), true), Err(No::Filled));
    disk.settle();
    disk.cut(Model::Drop, 1);
    let folder = disk.find(ROOT, name("folder")).unwrap().number;
    let file = disk.find(folder, name("file")).unwrap().number;
    assert_eq!(disk.read(file, 0, 9).unwrap(), b"bytes");
}
