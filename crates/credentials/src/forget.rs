//! Forgetting what has been out of time for long: marks of used codes, slips that
//! ran out; and writing down which cards ran out.

use crate::marks::{Mark, Marks};
use crate::{Credentials, life, store};
use kernel::Error;

/// Cards ended by time in one round at most.
const RUN_OUT_MAX: i64 = 500;

impl Credentials {
    /// Forgets marks older than [`crate::marks::MARKS_KEPT`]; answers how many. To be
    /// called every minute.
    pub async fn forget_used(&self) -> Result<u64, Error> {
        let before = Marks::forgettable(self.db.world().now());
        let mut gone = 0;
        loop {
            let some = self.db.write(0, move |tx| Ok(store::marks::forget(tx, before)?)).await?;
            gone += some;
            if some < store::marks::FORGOTTEN_MAX {
                break;
            }
        }
        self.marks.forget(before);
        self.db.write(0, |tx| Ok(store::offline::forget_slips(tx)?)).await?;
        Ok(gone)
    }

    /// Writes down that cards ran out whose time has come; answers how many. They
    /// show nothing from their time on, whether this has run or not.
    pub async fn expire(&self) -> Result<usize, Error> {
        let due = self.db.read(|sql| Ok(store::run_out(sql, RUN_OUT_MAX)?)).await?;
        let count = due.len();
        for card in due {
            let this = self.clone();
            self.db.write(card.person.0, move |tx| life::expire(tx, &this, &card)).await?;
        }
        Ok(count)
    }

    /// Takes in marks that other processes on this database wrote; scans do not need
    /// it, since the table's key decides, but it saves them the way. For tests and
    /// start.
    pub async fn learn_marks(&self) -> Result<(), Error> {
        let marks = self.marks.clone();
        let from = Marks::forgettable(self.db.world().now());
        self.db.read(move |sql| Ok(store::marks::since(sql, from, |mark: Mark| marks.learn(mark))?)).await
    }
}
