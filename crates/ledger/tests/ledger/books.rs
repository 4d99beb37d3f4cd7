//! Books for tests: an agency, a hospital, a person, and short ways to post.

use kernel::{Error, Fen, InstitutionId, JournalId, PersonId};
use ledger::{Account, Entity, Entry, EntryKind, Ledger, Line, Lines, Refs};
use std::future::Future;
use testkit::Bench;

/// The agency of the region.
pub(crate) const AGENCY: Entity = Entity(-990_100);
/// A hospital.
pub(crate) const HOSPITAL: InstitutionId = InstitutionId(4_001);
/// A person.
pub(crate) const PERSON: PersonId = PersonId(77);
/// The employees' basic fund.
pub(crate) const FUND: u32 = 310_100;

/// A database with its ledger.
pub(crate) struct Books<'a> {
    /// The database.
    pub(crate) bench: &'a Bench,
    /// Its ledger.
    pub(crate) ledger: Ledger,
}

/// Opens the ledger of a test's database.
pub(crate) fn open(bench: &Bench) -> Books<'_> {
    Books { bench, ledger: Ledger::load(&bench.db).expect("the ledger loads") }
}

/// Waits for a verb of the asynchronous world.
pub(crate) fn block<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// The frozen instant.
pub(crate) fn now(books: &Books<'_>) -> i64 {
    books.bench.db.world().now()
}

/// Posts lines into the agency's books; the refusal's code.
pub(crate) fn post(books: &Books<'_>, kind: EntryKind, lines: &[Line]) -> Result<JournalId, String> {
    let (ledger, lines) = (books.ledger.clone(), lines.to_vec());
    let done = books.bench.db.write_now(PERSON.0, move |tx| {
        let refs = Refs { msgid: "M1", ..Refs::default() };
        ledger.post(tx, &Entry { entity: AGENCY, kind, period: None, refs, lines: &lines })
    });
    done.map_err(|error| error.code().to_owned())
}

/// Pays into a personal account.
pub(crate) fn charge(books: &Books<'_>, person: PersonId, amount: i64) -> JournalId {
    let lines = Lines::new().debit(Account::bank(), Fen(amount)).credit(Account::personal(person), Fen(amount));
    post(books, EntryKind::AccountCredited, lines.as_slice()).expect("an account takes money")
}

/// Settles at the hospital: so much from the fund, so much from the account.
pub(crate) fn settle(books: &Books<'_>, person: PersonId, fund: i64, own: i64) -> Result<JournalId, String> {
    let lines = Lines::new()
        .debit(Account::benefit(FUND), Fen(fund))
        .debit(Account::personal(person), Fen(own))
        .credit(Account::payable_institution(HOSPITAL), Fen(fund + own));
    post(books, EntryKind::Settlement, lines.as_slice())
}
