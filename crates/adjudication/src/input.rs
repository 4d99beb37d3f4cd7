//! What goes in: the person, what the year has used up, the encounter with its lines.
//! Where these come from is `insurance`'s and `settlement`'s to know.

use crate::{AidClass, Class, Day, Filing, Level, MedType, Pool, Region};
use kernel::Fen;

/// The most lines one encounter takes.
pub const LINES_MAX: usize = 5_000;
/// The most relatives whose accounts are asked.
pub const RELATIVES_MAX: usize = 16;

/// What about a person changes money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Age in whole years.
    pub age: u8,
    /// Whether retired.
    pub retired: bool,
    /// Whether under the civil-servant supplement.
    pub civil_servant: bool,
    /// Whether under an enterprise supplement.
    pub enterprise: bool,
    /// Whether signed with a family doctor.
    pub family_doctor: bool,
    /// The class of medical aid, if any.
    pub aid_class: Option<AidClass>,
    /// Relatives' accounts, in the order they are asked.
    pub mutual: Vec<Relative>,
}

/// A relative who lets the person pay from the relative's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// Who owns the account, as the accumulators name the owner.
    pub owner: String,
    /// The most a single use may take.
    pub limit: Option<Fen>,
}

/// What a benefit year of one insurance has used up, and what the accounts hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accumulators {
    /// The benefit year, by the calendar year it begins in.
    pub year: i32,
    /// Grows by one with each step.
    pub version: u64,
    /// Admissions that counted.
    pub admissions: i64,
    /// Deductible paid, by pool (see [`Pool::index`]).
    pub dedc_used: [Fen; 3],
    /// In-scope amounts, by pool.
    pub inscp: [Fen; 3],
    /// Paid by the pooled fund, by pool.
    pub pool_paid: [Fen; 3],
    /// Paid by the large-amount supplement.
    pub hifob_paid: Fen,
    /// Burden counted for major illness.
    pub mi_base: Fen,
    /// Paid by major illness insurance.
    pub mi_paid: Fen,
    /// Burden counted for medical aid.
    pub maf_base: Fen,
    /// Paid by medical aid.
    pub maf_paid: Fen,
    /// Paid by the civil-servant supplement.
    pub cvl_paid: Fen,
    /// The personal account.
    pub acct_balance: Fen,
    /// Of which credited in this year.
    pub acct_current_year: Fen,
    /// Relatives' accounts by owner.
    pub mutual: Vec<(String, Fen)>,
}

impl Accumulators {
    /// An empty year.
    pub fn of_year(year: i32) -> Self {
        Self { year, ..Self::default() }
    }

    /// The value of a pool in one of the three tables.
    pub(crate) fn of(table: &[Fen; 3], pool: Pool) -> Fen {
        table.get(pool.index()).copied().unwrap_or(Fen::ZERO)
    }
}

/// One charge, with what the treatment place's catalogue says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Class.
    pub class: Class,
    /// Charged; below zero for a return.
    pub amount: Fen,
    /// Quantity in thousandths; of the same sign as the amount.
    pub qty_milli: i64,
    /// Prior self-pay.
    pub selfpay_bp: i32,
    /// The price of one unit the fund looks at.
    pub limit_price: Option<Fen>,
}

impl Line {
    /// A class A line of one unit.
    pub const fn of(amount: Fen) -> Self {
        Self { class: Class::A, amount, qty_milli: 1000, selfpay_bp: 0, limit_price: None }
    }
}

/// What is to be split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// The benefit year it counts in.
    pub year: i32,
    /// Treatment type.
    pub med_type: MedType,
    /// The institution's level.
    pub level: Level,
    /// Where it is.
    pub region: Region,
    /// What was declared.
    pub filing: Filing,
    /// First day, if it is known.
    pub begin: Option<Day>,
    /// Last day, if it is known.
    pub end: Option<Day>,
    /// A settlement in the middle of a stay that goes on.
    pub mid_stay: bool,
    /// The rest of a stay that was settled in part: no second deductible, no second
    /// admission.
    pub continuation: bool,
    /// Benefit suspended: arrears or waiting period.
    pub suspended: bool,
    /// The person does not want the own account used.
    pub account_refused: bool,
    /// What the hospital may not charge.
    pub hosp_part: Fen,
    /// The total as the sender states it; checked when given.
    pub total: Option<Fen>,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Encounter {
    /// An encounter at home with nothing special.
    pub const fn new(year: i32, med_type: MedType, level: Level, lines: Vec<Line>) -> Self {
        Self {
            year,
            med_type,
            level,
            region: Region::Home,
            filing: Filing::Unfiled,
            begin: None,
            end: None,
            mid_stay: false,
            continuation: false,
            suspended: false,
            account_refused: false,
            hosp_part: Fen::ZERO,
            total: None,
            lines,
        }
    }
}
