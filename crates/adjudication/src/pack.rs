//! Inputs and deltas as few bytes, so that ten million settlements can be kept and
//! adjudicated again: version, then whole numbers of variable length, absent values
//! as bits. Reading is strict: every byte is used, every list has a limit.

use crate::input::RELATIVES_MAX;
use crate::{
    Accumulators, AidClass, Class, Day, Delta, Encounter, Filing, LINES_MAX, Level, Line, MedType, Person, Pool,
    Refusal, Region, Relative,
};
use kernel::{Error, Fen};

/// The form this writes; the first byte of each record.
const VERSION: u8 = 1;
/// The longest name of an owner, in bytes.
const OWNER_MAX: usize = 128;
/// The most owners whose balances accumulators keep.
const OWNERS_MAX: usize = 256;

/// All that a settlement was worked out from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The person.
    pub person: Person,
    /// Accumulators before.
    pub accumulators: Accumulators,
    /// The encounter.
    pub encounter: Encounter,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            person: Person::default(),
            accumulators: Accumulators::default(),
            encounter: Encounter::new(0, MedType::OUT_PATIENT, Level::One, Vec::new()),
        }
    }
}

impl Input {
    /// Appends the record to `to`.
    pub fn pack(&self, to: &mut Vec<u8>) {
        to.push(VERSION);
        pack_person(&self.person, to);
        pack_accumulators(&self.accumulators, to);
        pack_encounter(&self.encounter, self.accumulators.year, to);
    }

    /// Reads a record into this one, whose lists are used again; after an error its
    /// content means nothing.
    pub fn unpack(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut from = Reader { left: bytes };
        self.read(&mut from).filter(|()| from.left.is_empty()).ok_or_else(|| Refusal::StoredUnreadable.error())
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Option<()> {
        if from.byte()? != VERSION {
            return None;
        }
        read_person(&mut self.person, from)?;
        read_accumulators(&mut self.accumulators, from)?;
        read_encounter(&mut self.encounter, self.accumulators.year, from)
    }
}

fn number(mut value: u64, to: &mut Vec<u8>) {
    while value >= 0x80 {
        to.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    to.push(low_byte(value));
}

fn low_byte(value: u64) -> u8 {
    u8::try_from(value & 0x7f).unwrap_or(0)
}

fn signed(value: i64, to: &mut Vec<u8>) {
    number((value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned(), to);
}

fn size(value: usize, to: &mut Vec<u8>) {
    number(u64::try_from(value).unwrap_or(u64::MAX), to);
}

fn bits(flags: &[bool]) -> u64 {
    flags.iter().rev().fold(0, |bits, flag| (bits << 1) | u64::from(*flag))
}

fn index(place: usize) -> u8 {
    u8::try_from(place).unwrap_or(u8::MAX)
}

struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ (value & 1).cast_signed().wrapping_neg())
    }

    fn fen(&mut self) -> Option<Fen> {
        self.signed().map(Fen)
    }

    fn narrow<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    fn count(&mut self, most: usize) -> Option<usize> {
        self.narrow::<usize>().filter(|count| *count <= most)
    }

    fn text(&mut self) -> Option<&'a str> {
        let long = self.count(OWNER_MAX)?;
        let (text, rest) = self.left.split_at_checked(long)?;
        self.left = rest;
        std::str::from_utf8(text).ok()
    }
}

fn text(of: &str, to: &mut Vec<u8>) {
    size(of.len(), to);
    to.extend_from_slice(of.as_bytes());
}

fn pack_person(person: &Person, to: &mut Vec<u8>) {
    let flags = [
        person.retired,
        person.civil_servant,
        person.enterprise,
        person.family_doctor,
        person.aid_class.is_some(),
        !person.mutual.is_empty(),
    ];
    number(bits(&flags), to);
    to.push(person.age);
    if let Some(class) = person.aid_class {
        to.push(index(class.index()));
    }
    if !person.mutual.is_empty() {
        size(person.mutual.len(), to);
        for relative in &person.mutual {
            text(&relative.owner, to);
            to.push(u8::from(relative.limit.is_some()));
            if let Some(limit) = relative.limit {
                signed(limit.0, to);
            }
        }
    }
}

fn read_person(person: &mut Person, from: &mut Reader<'_>) -> Option<()> {
    let flags = from.byte()?;
    let flag = |bit: u8| flags & bit != 0;
    if flags >= 64 {
        return None;
    }
    person.retired = flag(1);
    person.civil_servant = flag(2);
    person.enterprise = flag(4);
    person.family_doctor = flag(8);
    person.age = from.byte()?;
    person.aid_class = if flag(16) { Some(AidClass::at(from.byte()?)?) } else { None };
    person.mutual.clear();
    if flag(32) {
        for _ in 0..from.count(RELATIVES_MAX)? {
            let owner = from.text()?.to_owned();
            let limit = if from.byte()? == 1 { Some(from.fen()?) } else { None };
            person.mutual.push(Relative { owner, limit });
        }
    }
    Some(())
}

fn amounts(of: &Accumulators) -> [Fen; 17] {
    let mut all = [Fen::ZERO; 17];
    let single = [
        of.hifob_paid,
        of.mi_base,
        of.mi_paid,
        of.maf_base,
        of.maf_paid,
        of.cvl_paid,
        of.acct_balance,
        of.acct_current_year,
    ];
    let tables = [of.dedc_used, of.inscp, of.pool_paid];
    for (slot, fen) in all.iter_mut().zip(tables.iter().flatten().chain(&single)) {
        *slot = *fen;
    }
    all
}

/// Writes which amounts there are, then those.
fn pack_amounts(of: &[Fen], to: &mut Vec<u8>) {
    let present = of.iter().rev().fold(0_u64, |bits, fen| (bits << 1) | u64::from(fen.0 != 0));
    number(present, to);
    of.iter().filter(|fen| fen.0 != 0).for_each(|fen| signed(fen.0, to));
}

fn read_amounts<const N: usize>(from: &mut Reader<'_>) -> Option<[Fen; N]> {
    let mut to = [Fen::ZERO; N];
    let mut present = from.number()?;
    for slot in &mut to {
        if present & 1 == 1 {
            *slot = from.fen()?;
        }
        present >>= 1;
    }
    (present == 0).then_some(to)
}

fn pack_owners(of: &[(String, Fen)], to: &mut Vec<u8>) {
    size(of.len(), to);
    for (owner, fen) in of {
        text(owner, to);
        signed(fen.0, to);
    }
}

fn read_owners(to: &mut Vec<(String, Fen)>, from: &mut Reader<'_>) -> Option<()> {
    to.clear();
    for _ in 0..from.count(OWNERS_MAX)? {
        let owner = from.text()?.to_owned();
        to.push((owner, from.fen()?));
    }
    Some(())
}

fn pack_accumulators(of: &Accumulators, to: &mut Vec<u8>) {
    signed(i64::from(of.year), to);
    number(of.version, to);
    signed(of.admissions, to);
    pack_amounts(&amounts(of), to);
    pack_owners(&of.mutual, to);
}

fn read_accumulators(to: &mut Accumulators, from: &mut Reader<'_>) -> Option<()> {
    to.year = i32::try_from(from.signed()?).ok()?;
    to.version = from.number()?;
    to.admissions = from.signed()?;
    let all = read_amounts::<17>(from)?;
    let single = [
        &mut to.hifob_paid,
        &mut to.mi_base,
        &mut to.mi_paid,
        &mut to.maf_base,
        &mut to.maf_paid,
        &mut to.cvl_paid,
        &mut to.acct_balance,
        &mut to.acct_current_year,
    ];
    let tables = to.dedc_used.iter_mut().chain(&mut to.inscp).chain(&mut to.pool_paid);
    for (slot, fen) in tables.chain(single).zip(all) {
        *slot = fen;
    }
    read_owners(&mut to.mutual, from)
}

fn pack_encounter(of: &Encounter, year: i32, to: &mut Vec<u8>) {
    signed(i64::from(of.year).saturating_sub(i64::from(year)), to);
    number(u64::from(of.med_type.number()), to);
    to.push(index(of.level.index()) | (index(of.region.index()) << 3) | (index(of.filing.index()) << 5));
    let flags = [
        of.mid_stay,
        of.continuation,
        of.suspended,
        of.account_refused,
        of.begin.is_some(),
        of.end.is_some(),
        of.total.is_some(),
    ];
    number(bits(&flags), to);
    for day in [of.begin, of.end].into_iter().flatten() {
        number(u64::from(day.number()), to);
    }
    if let Some(total) = of.total {
        signed(total.0, to);
    }
    signed(of.hosp_part.0, to);
    size(of.lines.len(), to);
    of.lines.iter().for_each(|line| pack_line(line, to));
}

const UNIT: i64 = 1000;

fn pack_line(line: &Line, to: &mut Vec<u8>) {
    let usual = line.qty_milli == UNIT;
    let head = [usual, line.selfpay_bp != 0, line.limit_price.is_some()];
    to.push(index(line.class.index()) | (low_byte(bits(&head)) << 2));
    signed(line.amount.0, to);
    if !usual {
        signed(line.qty_milli, to);
    }
    if line.selfpay_bp != 0 {
        signed(i64::from(line.selfpay_bp), to);
    }
    if let Some(price) = line.limit_price {
        signed(price.0, to);
    }
}

fn read_encounter(to: &mut Encounter, year: i32, from: &mut Reader<'_>) -> Option<()> {
    to.year = i32::try_from(from.signed()?.checked_add(i64::from(year))?).ok()?;
    to.med_type = MedType::from_number(from.narrow()?)?;
    let coded = from.byte()?;
    to.level = Level::at(coded & 7)?;
    to.region = Region::at((coded >> 3) & 3)?;
    to.filing = Filing::at(coded >> 5)?;
    let flags = from.byte()?;
    let flag = |bit: u8| flags & bit != 0;
    if flags >= 128 {
        return None;
    }
    to.mid_stay = flag(1);
    to.continuation = flag(2);
    to.suspended = flag(4);
    to.account_refused = flag(8);
    to.begin = if flag(16) { Some(Day::from_number(from.narrow()?)?) } else { None };
    to.end = if flag(32) { Some(Day::from_number(from.narrow()?)?) } else { None };
    to.total = if flag(64) { Some(from.fen()?) } else { None };
    to.hosp_part = from.fen()?;
    to.lines.clear();
    for _ in 0..from.count(LINES_MAX)? {
        to.lines.push(read_line(from)?);
    }
    Some(())
}

fn read_line(from: &mut Reader<'_>) -> Option<Line> {
    let head = from.byte()?;
    if head >= 32 {
        return None;
    }
    let class = Class::at(head & 3)?;
    let amount = from.fen()?;
    let qty_milli = if head & 4 == 0 { from.signed()? } else { UNIT };
    let selfpay_bp = if head & 8 == 0 { 0 } else { i32::try_from(from.signed()?).ok()? };
    let limit_price = if head & 16 == 0 { None } else { Some(from.fen()?) };
    Some(Line { class, amount, qty_milli, selfpay_bp, limit_price })
}

impl Delta {
    /// Appends the delta to `to`.
    pub fn pack(&self, to: &mut Vec<u8>) {
        to.push(VERSION);
        to.push(index(self.pool.index()));
        signed(self.admissions, to);
        let amounts = [
            self.dedc_used,
            self.inscp,
            self.pool_paid,
            self.hifob_paid,
            self.mi_base,
            self.mi_paid,
            self.maf_base,
            self.maf_paid,
            self.cvl_paid,
            self.acct_balance,
            self.acct_current_year,
        ];
        pack_amounts(&amounts, to);
        pack_owners(&self.mutual, to);
    }

    /// Reads a packed delta.
    pub fn unpack(bytes: &[u8]) -> Result<Self, Error> {
        let mut from = Reader { left: bytes };
        let read = Self::read(&mut from).filter(|_| from.left.is_empty());
        read.ok_or_else(|| Refusal::StoredUnreadable.error())
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        if from.byte()? != VERSION {
            return None;
        }
        let mut to = Self::none(Pool::at(from.byte()?)?);
        to.admissions = from.signed()?;
        [
            to.dedc_used,
            to.inscp,
            to.pool_paid,
            to.hifob_paid,
            to.mi_base,
            to.mi_paid,
            to.maf_base,
            to.maf_paid,
            to.cvl_paid,
            to.acct_balance,
            to.acct_current_year,
        ] = read_amounts::<11>(from)?;
        read_owners(&mut to.mutual, from)?;
        Some(to)
    }
}
