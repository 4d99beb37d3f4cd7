//! The chart of accounts (insurance.md §3.4) and the key of one account in an
//! entity's books. Statutory names are those of 社会保险基金会计制度 where the funds'
//! accounting has one; hospital accounts keep their own.

use kernel::{InstitutionId, PersonId};
use web::Lang;

/// Whose books: an agency or a hospital by its directory id, or a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity(
    /// The institution's id, or the negative division code of a region.
    pub i64,
);

impl Entity {
    /// The agency of a region, by its division code such as 990100.
    pub fn region(division: u32) -> Self {
        Self(i64::from(division).saturating_neg())
    }
}

impl From<InstitutionId> for Entity {
    fn from(id: InstitutionId) -> Self {
        Self(id.0)
    }
}

/// `r990100` for a region, else the institution's id.
impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < 0 { write!(f, "r{}", self.0.unsigned_abs()) } else { InstitutionId(self.0).fmt(f) }
    }
}

/// Text that names no entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadEntity;

impl std::str::FromStr for Entity {
    type Err = BadEntity;

    fn from_str(text: &str) -> Result<Self, BadEntity> {
        match text.strip_prefix('r') {
            Some(division) => division.parse::<u32>().map(Self::region).map_err(|_bad| BadEntity),
            None => text.parse::<InstitutionId>().map(Self::from).map_err(|_bad| BadEntity),
        }
    }
}

/// What grows on which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// Grows by debit.
    Asset,
    /// Grows by credit.
    Liability,
    /// Grows by credit.
    Equity,
    /// Grows by credit.
    Income,
    /// Grows by debit.
    Expense,
}

impl AccountKind {
    /// Whether a debit makes it larger.
    pub const fn by_debit(self) -> bool {
        match self {
            Self::Asset | Self::Expense => true,
            Self::Liability | Self::Equity | Self::Income => false,
        }
    }
}

/// Who or what an account is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyKind {
    /// One account for the whole entity, or one for each fund.
    None,
    /// A person.
    Person,
    /// An institution.
    Institution,
    /// A region's agency, as [`Entity`] numbers it.
    Region,
    /// A number of the entity's own choosing: a channel, a kind of suspense, a debtor.
    Number,
}

/// Whether an account may go below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdraft {
    /// Its balance follows from its postings alone.
    Free,
    /// Never below zero, under any interleaving (L5): posting moves a guarded row.
    Never,
}

macro_rules! chart {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal $kind:ident $party:ident $overdraft:ident
        $en:literal $zh:literal $statutory:literal;)*) => {
        /// An account of the chart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code {$( $(#[$doc])* $name = $number, )*}

        impl Code {
            /// The whole chart, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number the database holds.
            pub const fn number(self) -> u16 {
                self as u16
            }

            /// Back from the database's number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {$( $number => Some(Self::$name), )* _ => None }
            }

            /// How accountants write it: `2301`, `H12`.
            pub const fn text(self) -> &'static str {
                match self {$( Self::$name => $text, )*}
            }

            /// On which side it grows.
            pub const fn kind(self) -> AccountKind {
                match self {$( Self::$name => AccountKind::$kind, )*}
            }

            /// Who it is kept for.
            pub const fn party(self) -> PartyKind {
                match self {$( Self::$name => PartyKind::$party, )*}
            }

            /// Whether it may go below zero.
            pub const fn overdraft(self) -> Overdraft {
                match self {$( Self::$name => Overdraft::$overdraft, )*}
            }

            /// Its name in a language.
            pub const fn name(self, lang: Lang) -> &'static str {
                match (self, lang) {$( (Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh, )*}
            }

            /// Its name in the statutory chart; empty where there is none.
            pub const fn statutory(self) -> &'static str {
                match self {$( Self::$name => $statutory, )*}
            }
        }
    };
}

chart! {
    /// Money on the account payments leave from.
    Bank = 1001 "1001" Asset None Free "Expenditure bank account" "支出户存款" "支出户存款";
    /// Prefund paid to another region.
    PrefundPaid = 1101 "1101" Asset Region Free "Prefund paid" "异地预付金" "暂付款";
    /// What another region's agency owes for its people treated here.
    ClearingReceivable = 1201 "1201" Asset Region Free "Clearing receivable" "应收异地清算款" "暂付款";
    /// Wrongly paid, to be got back.
    Recoverable = 1301 "1301" Asset Number Free "Recoverable" "应追回待遇款" "暂付款";
    /// Owed to an institution for settlements.
    PayableInstitution = 2101 "2101" Liability Institution Free "Payable to institutions" "应付定点机构款" "暂收款";
    /// Prefund another region paid.
    PrefundReceived = 2102 "2102" Liability Region Free "Prefund received" "异地预收金" "暂收款";
    /// Owed to another region's agency for our people treated there.
    ClearingPayable = 2201 "2201" Liability Region Free "Clearing payable" "应付异地清算款" "暂收款";
    /// A person's own money.
    Personal = 2301 "2301" Liability Person Never "Personal accounts" "个人账户" "个人账户基金";
    /// The same, set aside for an order.
    PersonalHeld = 2302 "2302" Liability Person Never "Personal accounts on hold" "个人账户冻结" "个人账户基金";
    /// Kept back from institutions until the year's assessment.
    QualityDeposit = 2401 "2401" Liability Institution Free "Quality deposit" "质量保证金" "暂收款";
    /// Owed to persons: approved reimbursements.
    PayablePerson = 2501 "2501" Liability Person Never "Payable to persons" "应付参保人款" "暂收款";
    /// Not explained yet.
    Suspense = 2601 "2601" Liability Number Free "Suspense" "待查款项" "暂收款";
    /// What a fund holds.
    Equity = 3001 "3001" Equity None Free "Fund balance" "基金结余" "基金结余";
    /// What a fund receives.
    Income = 4001 "4001" Income None Free "Fund income" "基金收入" "医疗保险费收入";
    /// What a fund pays.
    Benefit = 5001 "5001" Expense None Free "Benefits paid" "待遇支出" "待遇支出";
    /// What a union's programme pays.
    UnionBenefit = 5901 "5901" Expense None Free "Union programme benefits" "职工互助保障支出" "";
    /// What the agency owes a hospital, in the hospital's books.
    ReceivableAgency = 8011 "H11" Asset Region Free "Receivable from the agency" "应收医保款" "应收账款";
    /// Cash and payment channels.
    Cashbox = 8012 "H12" Asset Number Free "Cash and payment channels" "现金与支付渠道" "库存现金";
    /// What a patient paid in advance.
    PatientDeposit = 8021 "H21" Liability Person Never "Patients' deposits" "病人预交金" "预收账款";
    /// What a hospital earned.
    Revenue = 8040 "H40" Income None Free "Revenue" "医疗收入" "医疗收入";
    /// What a hospital may not charge.
    HospitalBorne = 8050 "H50" Expense None Free "Borne by the hospital" "医院负担" "业务活动费用";
}

impl Code {
    /// Reads what accountants write: `2301`, `H12`.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|code| code.text() == text).copied()
    }

    /// Whether posting moves a guarded row.
    pub const fn guarded(self) -> bool {
        matches!(self.overdraft(), Overdraft::Never)
    }
}

/// One account of an entity's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Which of the chart.
    pub code: Code,
    /// The fund (310100 employees' basic fund, …); 0 when not by fund.
    pub fund: u32,
    /// For whom, see [`Code::party`]; 0 for nobody.
    pub party: i64,
}

impl Account {
    /// The account without fund and party.
    pub const fn of(code: Code) -> Self {
        Self { code, fund: 0, party: 0 }
    }

    const fn with(code: Code, party: i64) -> Self {
        Self { code, fund: 0, party }
    }

    const fn in_fund(code: Code, fund: u32) -> Self {
        Self { code, fund, party: 0 }
    }

    /// 1001.
    pub const fn bank() -> Self {
        Self::of(Code::Bank)
    }

    /// 5001 of a fund.
    pub const fn benefit(fund: u32) -> Self {
        Self::in_fund(Code::Benefit, fund)
    }

    /// 4001 of a fund.
    pub const fn income(fund: u32) -> Self {
        Self::in_fund(Code::Income, fund)
    }

    /// 3001 of a fund.
    pub const fn equity(fund: u32) -> Self {
        Self::in_fund(Code::Equity, fund)
    }

    /// 2301 of a person.
    pub const fn personal(person: PersonId) -> Self {
        Self::with(Code::Personal, person.0)
    }

    /// 2302 of a person.
    pub const fn held(person: PersonId) -> Self {
        Self::with(Code::PersonalHeld, person.0)
    }

    /// 2101 of an institution.
    pub const fn payable_institution(institution: InstitutionId) -> Self {
        Self::with(Code::PayableInstitution, institution.0)
    }

    /// 2401 of an institution.
    pub const fn quality_deposit(institution: InstitutionId) -> Self {
        Self::with(Code::QualityDeposit, institution.0)
    }

    /// 2501 of a person.
    pub const fn payable_person(person: PersonId) -> Self {
        Self::with(Code::PayablePerson, person.0)
    }

    /// 2201 towards another agency.
    pub const fn clearing_payable(agency: Entity) -> Self {
        Self::with(Code::ClearingPayable, agency.0)
    }

    /// 1201 from another agency.
    pub const fn clearing_receivable(agency: Entity) -> Self {
        Self::with(Code::ClearingReceivable, agency.0)
    }

    /// 1101 at another agency.
    pub const fn prefund_paid(agency: Entity) -> Self {
        Self::with(Code::PrefundPaid, agency.0)
    }

    /// 2102 of another agency.
    pub const fn prefund_received(agency: Entity) -> Self {
        Self::with(Code::PrefundReceived, agency.0)
    }

    /// 1301 from a debtor, numbered by the entity.
    pub const fn recoverable(party: i64) -> Self {
        Self::with(Code::Recoverable, party)
    }

    /// 2601 of a kind, numbered by the entity.
    pub const fn suspense(kind: i64) -> Self {
        Self::with(Code::Suspense, kind)
    }

    /// H11 from an agency.
    pub const fn receivable_agency(agency: Entity) -> Self {
        Self::with(Code::ReceivableAgency, agency.0)
    }

    /// H12 of a channel, numbered by `payment`.
    pub const fn cashbox(channel: i64) -> Self {
        Self::with(Code::Cashbox, channel)
    }

    /// H21 of a person.
    pub const fn patient_deposit(person: PersonId) -> Self {
        Self::with(Code::PatientDeposit, person.0)
    }

    /// H40.
    pub const fn revenue() -> Self {
        Self::of(Code::Revenue)
    }

    /// H50.
    pub const fn hospital_borne() -> Self {
        Self::of(Code::HospitalBorne)
    }

    /// Whether the key names a party and a fund just where the chart wants one.
    pub const fn well_formed(&self) -> bool {
        let party = match self.code.party() {
            PartyKind::None => self.party == 0,
            PartyKind::Person | PartyKind::Institution => self.party > 0,
            PartyKind::Region => self.party != 0,
            PartyKind::Number => true,
        };
        let fund = matches!(self.code, Code::Equity | Code::Income | Code::Benefit);
        party && (fund == (self.fund != 0))
    }

    /// The account as totals show it: persons are summed into one.
    #[must_use]
    pub const fn summed(self) -> Self {
        match self.code.party() {
            PartyKind::Person => Self { party: 0, ..self },
            PartyKind::None | PartyKind::Institution | PartyKind::Region | PartyKind::Number => self,
        }
    }

    /// Reads `2301/p0h4…`, `5001/310100`, `2101/n0…`, `1201/r990200`, `H12/1`, `1001`.
    pub fn from_text(text: &str) -> Option<Self> {
        let (code, rest) = text.split_once('/').map_or((text, None), |(code, rest)| (code, Some(rest)));
        let code = Code::from_text(code)?;
        let account = match (code.party(), rest) {
            (PartyKind::None | PartyKind::Number, None) => Self::of(code),
            (PartyKind::None, Some(fund)) => Self::in_fund(code, fund.parse().ok()?),
            (PartyKind::Person, Some(person)) => Self::with(code, person.parse::<PersonId>().ok()?.0),
            (PartyKind::Institution, Some(id)) => Self::with(code, id.parse::<InstitutionId>().ok()?.0),
            (PartyKind::Region, Some(entity)) => Self::with(code, entity.parse::<Entity>().ok()?.0),
            (PartyKind::Number, Some(number)) => Self::with(code, number.parse().ok()?),
            (PartyKind::Person | PartyKind::Institution | PartyKind::Region, None) => return None,
        };
        account.well_formed().then_some(account)
    }

    /// The party as text: an id, a region, a number; empty for nobody.
    pub fn party_text(&self) -> String {
        match (self.code.party(), self.party) {
            (_, 0) | (PartyKind::None, _) => String::new(),
            (PartyKind::Person, party) => PersonId(party).to_string(),
            (PartyKind::Institution, party) => InstitutionId(party).to_string(),
            (PartyKind::Region, party) => Entity(party).to_string(),
            (PartyKind::Number, party) => party.to_string(),
        }
    }
}

/// The form [`Account::from_text`] reads.
impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.text())?;
        if self.fund != 0 {
            write!(f, "/{}", self.fund)?;
        }
        let party = self.party_text();
        if party.is_empty() { Ok(()) } else { write!(f, "/{party}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_written_and_read_back() {
        let rows = [
            Account::bank(),
            Account::benefit(310_100),
            Account::personal(PersonId(77)),
            Account::payable_institution(InstitutionId(9)),
            Account::clearing_receivable(Entity::region(990_200)),
            Account::receivable_agency(InstitutionId(5).into()),
            Account::cashbox(3),
            Account::revenue(),
        ];
        for account in rows {
            assert!(account.well_formed(), "{account}");
            assert_eq!(Account::from_text(&account.to_string()), Some(account));
        }
        for text in ["", "9999", "2301", "2301/77", "5001", "5001/0", "1001/4", "2101/r990100", "1201"] {
            assert_eq!(Account::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn the_chart_says_everything_in_two_languages() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert_eq!(Code::from_text(code.text()), Some(*code));
            assert!(!code.name(Lang::En).is_empty() && !code.name(Lang::Zh).is_empty());
        }
        let guarded: Vec<&str> = Code::ALL.iter().filter(|code| code.guarded()).map(|code| code.text()).collect();
        assert_eq!(guarded, ["2301", "2302", "2501", "H21"]);
    }
}
