//! What a file holds: pages as programs see them now, and as they are on the platter.
//! When what is kept is decided is [`crate::disk`]'s matter.

use crate::chance::Dice;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bytes of a page.
pub const PAGE: usize = 4096;
/// Bytes that a disk writes wholly or not at all.
pub const SECTOR: usize = 512;

type Page = Arc<[u8; PAGE]>;

/// How much of what was not synced outlives a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Nothing: the worst that a cache can do.
    Drop,
    /// Each page of 4 KiB by chance, so later writes may live and earlier ones not.
    Pages,
    /// Each sector of 512 bytes by chance: pages are torn.
    Torn,
}

/// Pages and a length; a page that was never written has no block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Image {
    pages: Vec<Option<Page>>,
    size: u64,
}

fn pages_of(size: u64) -> usize {
    usize::try_from(size.div_ceil(PAGE as u64)).unwrap_or(usize::MAX)
}

fn split(at: u64) -> (usize, usize) {
    let page = usize::try_from(at / PAGE as u64).unwrap_or(usize::MAX);
    (page, usize::try_from(at % PAGE as u64).unwrap_or(0))
}

impl Image {
    /// Makes room for pages without giving them blocks.
    fn reach(&mut self, count: usize) {
        if self.pages.len() < count {
            self.pages.resize(count, None);
        }
    }

    fn page(&mut self, number: usize) -> &mut [u8; PAGE] {
        self.reach(number + 1);
        Arc::make_mut(self.pages[number].get_or_insert_with(|| Arc::new([0; PAGE])))
    }

    fn cut_to(&mut self, size: u64) {
        self.pages.resize(pages_of(size), None);
        let (last, inside) = split(size);
        if inside > 0 && self.pages.get(last).is_some_and(Option::is_some) {
            self.page(last)[inside..].fill(0);
        }
        self.size = size;
    }

    fn read(&self, at: u64, length: usize) -> Vec<u8> {
        let length = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX).min(length);
        let mut bytes = vec![0; length];
        let mut done = 0;
        while done < length {
            let (number, inside) = split(at + done as u64);
            let part = (PAGE - inside).min(length - done);
            if let Some(Some(page)) = self.pages.get(number) {
                bytes[done..done + part].copy_from_slice(&page[inside..inside + part]);
            }
            done += part;
        }
        bytes
    }
}

/// A file's bytes, twice.
#[derive(Debug, Clone, Default)]
pub struct Content {
    now: Image,
    kept: Image,
    /// Pages that differ, as far as the cache knows.
    dirty: BTreeSet<usize>,
}

impl Content {
    /// The length that programs see.
    pub fn size(&self) -> u64 {
        self.now.size
    }

    /// Blocks of 512 bytes that it takes.
    pub fn blocks(&self) -> u64 {
        self.now.pages.iter().flatten().count() as u64 * (PAGE / SECTOR) as u64
    }

    /// Bytes from a place, fewer at the end of the file.
    pub fn read(&self, at: u64, length: usize) -> Vec<u8> {
        self.now.read(at, length)
    }

    /// Whether writing there needs a block that the file does not have.
    pub fn grows(&self, at: u64, length: usize) -> bool {
        let first = split(at).0;
        let end = pages_of(at + length as u64);
        (first..end).any(|number| self.now.pages.get(number).is_none_or(Option::is_none))
    }

    /// Writes where only programs see it.
    pub fn write(&mut self, at: u64, bytes: &[u8]) {
        let mut done = 0;
        while done < bytes.len() {
            let (number, inside) = split(at + done as u64);
            let part = (PAGE - inside).min(bytes.len() - done);
            self.now.page(number)[inside..inside + part].copy_from_slice(&bytes[done..done + part]);
            self.dirty.insert(number);
            done += part;
        }
        let end = at + bytes.len() as u64;
        if !bytes.is_empty() && end > self.now.size {
            self.now.reach(pages_of(end));
            self.now.size = end;
        }
    }

    /// Makes it shorter or longer, where only programs see it.
    pub fn resize(&mut self, size: u64) {
        let from = split(size).0.min(pages_of(self.now.size));
        self.dirty.extend(from..self.now.pages.len());
        self.now.cut_to(size);
    }

    /// Puts everything on the platter.
    pub fn sync(&mut self) {
        for number in std::mem::take(&mut self.dirty) {
            if let Some(page) = self.now.pages.get(number) {
                self.kept.reach(number + 1);
                self.kept.pages[number].clone_from(page);
            }
        }
        self.kept.pages.resize(self.now.pages.len(), None);
        self.kept.size = self.now.size;
    }

    /// A sync that failed: the cache holds its pages for clean from now on, and they
    /// are not on the platter. The next sync will not write them either.
    pub fn lose(&mut self) {
        self.dirty.clear();
    }

    /// The file after a cut: what is on the platter, and what chance adds.
    #[must_use]
    pub fn after(&self, model: Model, dice: &mut Dice) -> Self {
        let mut left = self.kept.clone();
        if model != Model::Drop {
            self.add(&mut left, model, dice);
        }
        Self { now: left.clone(), kept: left, dirty: BTreeSet::new() }
    }

    /// The length and the pages of a file come to a disk apart from one another.
    fn add(&self, left: &mut Image, model: Model, dice: &mut Dice) {
        if self.now.size != left.size && dice.coin() {
            left.cut_to(self.now.size);
        }
        let sectors = if model == Model::Torn { SECTOR } else { PAGE };
        for (number, page) in
            self.dirty.iter().filter_map(|number| Some((*number, self.now.pages.get(*number)?.as_ref()?)))
        {
            for start in (0..PAGE).step_by(sectors) {
                if dice.coin() {
                    left.page(number)[start..start + sectors].copy_from_slice(&page[start..start + sectors]);
                    let end = (number * PAGE + start + sectors) as u64;
                    left.size = left.size.max(end.min(self.now.size));
                }
            }
        }
        left.pages.resize(pages_of(left.size), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(pages: usize, byte: u8) -> Content {
        let mut content = Content::default();
        content.write(0, &vec![byte; pages * PAGE]);
        content
    }

    #[test]
    fn what_was_not_synced_is_gone_and_what_was_stays() {
        let mut content = filled(2, 1);
        content.sync();
        content.write(10, &[2; PAGE]);
        content.write(2 * PAGE as u64, &[3; 100]);
        assert_eq!((content.size(), content.read(10, 1)), (2 * PAGE as u64 + 100, vec![2]));
        let left = content.after(Model::Drop, &mut Dice::of(1));
        assert_eq!(left.read(0, 3 * PAGE), vec![1; 2 * PAGE]);
        content.sync();
        let left = content.after(Model::Drop, &mut Dice::of(1));
        assert_eq!((left.read(10, PAGE), left.size()), (vec![2; PAGE], 2 * PAGE as u64 + 100));
    }

    #[test]
    fn a_shorter_file_is_long_again_unless_synced_and_grows_with_zeros() {
        let mut content = filled(3, 7);
        content.sync();
        content.resize(5);
        assert_eq!(content.after(Model::Drop, &mut Dice::of(1)).size(), 3 * PAGE as u64);
        content.resize(PAGE as u64);
        assert_eq!(content.read(0, PAGE)[..6], [7, 7, 7, 7, 7, 0]);
        content.sync();
        let left = content.after(Model::Drop, &mut Dice::of(1));
        assert_eq!(left.read(0, 2 * PAGE)[4..], [[7].as_slice(), &[0; PAGE - 5]].concat());
    }

    #[test]
    fn by_chance_some_pages_live_and_some_do_not_and_a_torn_one_has_both() {
        let mut content = filled(64, 1);
        content.sync();
        content.write(0, &vec![2; 64 * PAGE]);
        let count = |model| {
            let left = content.after(model, &mut Dice::of(5)).read(0, 64 * PAGE);
            let whole = |byte| left.chunks(PAGE).filter(|page| page.iter().all(|one| *one == byte)).count();
            (whole(1), whole(2))
        };
        let (old, new) = count(Model::Pages);
        assert!(old + new == 64 && old > 10 && new > 10, "{old} old and {new} new pages");
        let (old, new) = count(Model::Torn);
        assert!(old + new < 10, "{old} old and {new} new pages, the others torn");
    }

    #[test]
    fn a_failed_sync_is_not_made_good_by_the_next() {
        let mut content = filled(1, 1);
        content.sync();
        content.write(0, &[2; PAGE]);
        content.lose();
        content.write(PAGE as u64, &[3; PAGE]);
        content.sync();
        let left = content.after(Model::Drop, &mut Dice::of(1));
        assert_eq!((left.read(0, 1), left.read(PAGE as u64, 1)), (vec![1], vec![3]));
    }

    #[test]
    fn only_a_place_without_a_block_grows() {
        let mut content = filled(1, 1);
        content.write(4 * PAGE as u64, &[1]);
        assert!(!content.grows(100, PAGE - 100));
        assert!(content.grows(100, PAGE));
        assert!(content.grows(2 * PAGE as u64, 1));
        assert!(!content.grows(4 * PAGE as u64 + 1, 1));
    }
}
