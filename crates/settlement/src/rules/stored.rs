//! What a settlement keeps so that it can be worked out again bit for bit (L7) and
//! taken back exactly: inputs, delta and journal entries, packed into few bytes.
//!
//! Numbers are zig-zag varints; codes are their places in `adjudication`'s lists,
//! which only grow. The layout byte says how to read the rest.

use adjudication::{
    Accumulators, AidClass, Class, Day, Delta, Encounter, Filing, Level, Line, MedType, Person, Pool, Region, Relative,
};
use kernel::{Fault, Fen, JournalId, PersonId};

/// The layout written today.
const LAYOUT: i64 = 1;

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The person as adjudicated; relatives by the text of their ids.
    pub person: Person,
    /// The year before, with the balances of own and relatives' accounts.
    pub before: Accumulators,
    /// The encounter.
    pub encounter: Encounter,
    /// What changed.
    pub delta: Delta,
    /// Entries in the books of the agency and of the institution; 0 for none.
    pub journals: [i64; 2],
}

impl Stored {
    /// An empty one to read into.
    ///
    /// # Panics
    /// Never: `11` is a treatment type.
    pub fn empty() -> Self {
        let visit = MedType::read("11").expect("11 is a treatment type");
        let encounter = Encounter::new(0, visit, Level::Community, Vec::new());
        Self {
            person: Person::default(),
            before: Accumulators::default(),
            encounter,
            delta: Delta::none(Pool::Op),
            journals: [0; 2],
        }
    }

    /// The entries in the books.
    pub fn journals(&self) -> impl Iterator<Item = JournalId> {
        self.journals.into_iter().filter(|id| *id != 0).map(JournalId)
    }

    /// Packs it.
    pub fn pack(&self) -> Result<Vec<u8>, Fault> {
        let mut out = Out(Vec::with_capacity(128));
        out.number(LAYOUT);
        out.person(&self.person, &self.before)?;
        out.year(&self.before);
        out.encounter(&self.encounter)?;
        out.delta(&self.delta, &self.person)?;
        for id in self.journals {
            out.number(id);
        }
        Ok(out.0)
    }

    /// Reads one, using the lists of the last again.
    pub fn unpack(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let mut from = In(bytes);
        if from.number()? != LAYOUT {
            return Err(wrong());
        }
        from.person(&mut self.person, &mut self.before)?;
        from.year(&mut self.before)?;
        self.encounter.year = self.before.year;
        from.encounter(&mut self.encounter)?;
        from.delta(&mut self.delta, &self.person)?;
        for id in &mut self.journals {
            *id = from.number()?;
        }
        if from.0.is_empty() { Ok(()) } else { Err(wrong()) }
    }
}

fn wrong() -> Fault {
    Fault::broken("settlement_settlements.body cannot be read")
}

struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, number: i64) {
        let mut left = (number.wrapping_shl(1) ^ number.wrapping_shr(63)).cast_unsigned();
        while left >= 0x80 {
            self.0.push(u8::try_from(left & 0x7F).unwrap_or(0) | 0x80);
            left = left.wrapping_shr(7);
        }
        self.0.push(u8::try_from(left).unwrap_or(0));
    }

    fn place(&mut self, place: usize) -> Result<(), Fault> {
        self.number(i64::try_from(place).map_err(|_large| wrong())?);
        Ok(())
    }

    fn optional(&mut self, amount: Option<Fen>) {
        // 0 for none, else the amount and one: limits are never below nothing.
        self.number(amount.map_or(0, |amount| amount.0.saturating_add(1)));
    }

    fn flags(&mut self, flags: &[bool]) {
        let bits = flags.iter().rev().fold(0, |bits: i64, flag| bits.wrapping_shl(1) | i64::from(*flag));
        self.number(bits);
    }

    fn person(&mut self, person: &Person, before: &Accumulators) -> Result<(), Fault> {
        self.number(i64::from(person.age));
        self.flags(&[person.retired, person.civil_servant, person.enterprise, person.family_doctor]);
        self.place(person.aid_class.map_or(0, |class| class.index().saturating_add(1)))?;
        self.place(person.mutual.len())?;
        for one in &person.mutual {
            let owner: PersonId = one.owner.parse().map_err(|_bad| wrong())?;
            self.number(owner.0);
            self.optional(one.limit);
            let balance = before.mutual.iter().find(|(held, _)| *held == one.owner).map_or(Fen::ZERO, |(_, fen)| *fen);
            self.number(balance.0);
        }
        Ok(())
    }

    fn year(&mut self, before: &Accumulators) {
        self.number(i64::from(before.year));
        self.number(before.version.cast_signed());
        self.number(before.admissions);
        for amount in [before.dedc_used, before.inscp, before.pool_paid].iter().flatten() {
            self.number(amount.0);
        }
        let single = [
            before.hifob_paid,
            before.mi_base,
            before.mi_paid,
            before.maf_base,
            before.maf_paid,
            before.cvl_paid,
            before.acct_balance,
            before.acct_current_year,
        ];
        for amount in single {
            self.number(amount.0);
        }
    }

    fn encounter(&mut self, of: &Encounter) -> Result<(), Fault> {
        self.number(i64::from(of.med_type.number()));
        self.place(of.level.index())?;
        self.place(of.region.index())?;
        self.place(of.filing.index())?;
        self.number(of.begin.map_or(0, |day| i64::from(day.number())));
        self.number(of.end.map_or(0, |day| i64::from(day.number())));
        self.flags(&[of.mid_stay, of.continuation, of.suspended, of.account_refused, of.total.is_some()]);
        self.number(of.hosp_part.0);
        self.number(of.total.map_or(0, |total| total.0));
        self.place(of.lines.len())?;
        for line in &of.lines {
            self.place(line.class.index())?;
            self.number(line.amount.0);
            self.number(line.qty_milli);
            self.number(i64::from(line.selfpay_bp));
            self.optional(line.limit_price);
        }
        Ok(())
    }

    fn delta(&mut self, delta: &Delta, person: &Person) -> Result<(), Fault> {
        self.place(delta.pool.index())?;
        self.number(delta.admissions);
        let single = [
            delta.dedc_used,
            delta.inscp,
            delta.pool_paid,
            delta.hifob_paid,
            delta.mi_base,
            delta.mi_paid,
            delta.maf_base,
            delta.maf_paid,
            delta.cvl_paid,
            delta.acct_balance,
            delta.acct_current_year,
        ];
        for amount in single {
            self.number(amount.0);
        }
        self.place(delta.mutual.len())?;
        for (owner, amount) in &delta.mutual {
            let at = person.mutual.iter().position(|one| one.owner == *owner).ok_or_else(wrong)?;
            self.place(at)?;
            self.number(amount.0);
        }
        Ok(())
    }
}

struct In<'a>(&'a [u8]);

impl In<'_> {
    #[inline]
    fn number(&mut self) -> Result<i64, Fault> {
        let (mut value, mut shift) = (0u64, 0u32);
        loop {
            let (byte, rest) = self.0.split_first().ok_or_else(wrong)?;
            self.0 = rest;
            if shift >= 64 {
                return Err(wrong());
            }
            value |= u64::from(byte & 0x7F).wrapping_shl(shift);
            if byte & 0x80 == 0 {
                let half = value.wrapping_shr(1).cast_signed();
                return Ok(if value & 1 == 1 { !half } else { half });
            }
            shift = shift.wrapping_add(7);
        }
    }

    fn fen(&mut self) -> Result<Fen, Fault> {
        self.number().map(Fen)
    }

    fn place(&mut self, max: usize) -> Result<usize, Fault> {
        usize::try_from(self.number()?).ok().filter(|place| *place <= max).ok_or_else(wrong)
    }

    fn coded<T>(&mut self, read: fn(u8) -> Option<T>) -> Result<T, Fault> {
        u8::try_from(self.number()?).ok().and_then(read).ok_or_else(wrong)
    }

    fn optional(&mut self) -> Result<Option<Fen>, Fault> {
        let number = self.number()?;
        Ok((number != 0).then(|| Fen(number.saturating_sub(1))))
    }

    fn flags<const N: usize>(&mut self) -> Result<[bool; N], Fault> {
        let bits = self.number()?;
        Ok(std::array::from_fn(|at| bits.wrapping_shr(u32::try_from(at).unwrap_or(0)) & 1 == 1))
    }

    fn day(&mut self) -> Result<Option<Day>, Fault> {
        match u32::try_from(self.number()?).map_err(|_large| wrong())? {
            0 => Ok(None),
            number => Day::from_number(number).map(Some).ok_or_else(wrong),
        }
    }

    fn person(&mut self, person: &mut Person, before: &mut Accumulators) -> Result<(), Fault> {
        person.age = u8::try_from(self.number()?).map_err(|_large| wrong())?;
        [person.retired, person.civil_servant, person.enterprise, person.family_doctor] = self.flags()?;
        person.aid_class = match self.place(AidClass::ALL.len())? {
            0 => None,
            place => Some(place.checked_sub(1).and_then(|at| AidClass::ALL.get(at).copied()).ok_or_else(wrong)?),
        };
        person.mutual.clear();
        before.mutual.clear();
        for _ in 0..self.place(64)? {
            let owner = PersonId(self.number()?).to_string();
            let limit = self.optional()?;
            before.mutual.push((owner.clone(), self.fen()?));
            person.mutual.push(Relative { owner, limit });
        }
        Ok(())
    }

    fn year(&mut self, before: &mut Accumulators) -> Result<(), Fault> {
        before.year = i32::try_from(self.number()?).map_err(|_large| wrong())?;
        before.version = self.number()?.cast_unsigned();
        before.admissions = self.number()?;
        for amount in [&mut before.dedc_used, &mut before.inscp, &mut before.pool_paid].into_iter().flatten() {
            *amount = self.fen()?;
        }
        before.hifob_paid = self.fen()?;
        before.mi_base = self.fen()?;
        before.mi_paid = self.fen()?;
        before.maf_base = self.fen()?;
        before.maf_paid = self.fen()?;
        before.cvl_paid = self.fen()?;
        before.acct_balance = self.fen()?;
        before.acct_current_year = self.fen()?;
        Ok(())
    }

    fn encounter(&mut self, of: &mut Encounter) -> Result<(), Fault> {
        let number = u32::try_from(self.number()?).map_err(|_large| wrong())?;
        of.med_type = if of.med_type.number() == number {
            of.med_type
        } else {
            MedType::from_number(number).ok_or_else(wrong)?
        };
        of.level = self.coded(Level::at)?;
        of.region = self.coded(Region::at)?;
        of.filing = self.coded(Filing::at)?;
        of.begin = self.day()?;
        of.end = self.day()?;
        let totalled;
        [of.mid_stay, of.continuation, of.suspended, of.account_refused, totalled] = self.flags()?;
        of.hosp_part = self.fen()?;
        of.total = Some(self.fen()?).filter(|_| totalled);
        of.lines.clear();
        for _ in 0..self.place(adjudication::LINES_MAX)? {
            of.lines.push(Line {
                class: self.coded(Class::at)?,
                amount: self.fen()?,
                qty_milli: self.number()?,
                selfpay_bp: i32::try_from(self.number()?).map_err(|_large| wrong())?,
                limit_price: self.optional()?,
            });
        }
        Ok(())
    }

    fn delta(&mut self, delta: &mut Delta, person: &Person) -> Result<(), Fault> {
        delta.pool = self.coded(Pool::at)?;
        delta.admissions = self.number()?;
        let single = [
            &mut delta.dedc_used,
            &mut delta.inscp,
            &mut delta.pool_paid,
            &mut delta.hifob_paid,
            &mut delta.mi_base,
            &mut delta.mi_paid,
            &mut delta.maf_base,
            &mut delta.maf_paid,
            &mut delta.cvl_paid,
            &mut delta.acct_balance,
            &mut delta.acct_current_year,
        ];
        for amount in single {
            *amount = self.fen()?;
        }
        delta.mutual.clear();
        for _ in 0..self.place(64)? {
            let at = self.place(64)?;
            let owner = person.mutual.get(at).ok_or_else(wrong)?.owner.clone();
            delta.mutual.push((owner, self.fen()?));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(numbers: &[i64], lines: usize, relatives: usize) -> Stored {
        let fen = |at: usize| Fen(numbers[at % numbers.len()].saturating_abs());
        let owner =
            |at: usize| PersonId(numbers[at % numbers.len()].wrapping_add(i64::try_from(at).unwrap())).to_string();
        let mut stored = Stored::empty();
        stored.person.age = 61;
        stored.person.retired = numbers[0] % 2 == 0;
        stored.person.aid_class = (numbers[0] % 3 == 0).then_some(AidClass::LowIncome);
        for at in 0..relatives {
            stored.person.mutual.push(Relative { owner: owner(at), limit: (at % 2 == 0).then(|| Fen(fen(at).0 / 2)) });
            stored.before.mutual.push((owner(at), fen(at)));
            stored.delta.mutual.push((owner(at), Fen(-fen(at).0)));
        }
        stored.before.year = 2026;
        stored.before.version = 3;
        stored.before.acct_balance = fen(1);
        stored.before.inscp = [fen(2), fen(3), fen(4)];
        stored.encounter.year = 2026;
        stored.encounter.begin = Day::read("2026-11-18");
        stored.encounter.total = (lines > 0).then(|| fen(5));
        stored.encounter.suspended = numbers[0] % 5 == 0;
        for at in 0..lines {
            stored.encounter.lines.push(Line {
                class: Class::ALL[at % 3],
                amount: fen(at),
                qty_milli: 1000,
                selfpay_bp: 1000,
                limit_price: (at % 2 == 1).then(|| Fen(fen(at).0 / 2)),
            });
        }
        stored.delta.inscp = fen(6);
        stored.delta.acct_balance = Fen(-fen(7).0);
        stored.journals = [numbers[0], 0];
        stored
    }

    proptest! {
        #[test]
        fn packed_and_unpacked_is_the_same(
            numbers in prop::collection::vec(-1_000_000_000_000i64..1_000_000_000_000, 8..12), lines in 0usize..9, relatives in 0usize..4,
        ) {
            let stored = sample(&numbers, lines, relatives);
            let bytes = stored.pack().unwrap();
            // Read into one that held something else before.
            let mut read = sample(&[5, 6, 7, 8, 9, 10, 11, 12], 3, 2);
            read.unpack(&bytes).unwrap();
            prop_assert_eq!(read, stored);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut read = Stored::empty();
            if read.unpack(&bytes).is_ok() {
                prop_assert!(!bytes.is_empty());
            }
        }
    }

    #[test]
    fn five_lines_are_few_bytes() {
        let stored = sample(&[1234, 5600, 7800, 90, 12_000, 3, 4, 5], 5, 0);
        assert!(stored.pack().unwrap().len() < 160, "{}", stored.pack().unwrap().len());
    }
}
