//! Forgetting marks of used codes that have been out of time for long.

use crate::{Credentials, store};
use kernel::Error;
use kernel::time::DAY;

/// How long a mark is kept: a code is refused by its time after a minute, so this
/// is room for a clock that is set back.
pub const MARKS_KEPT: i64 = 30 * DAY;

impl Credentials {
    /// Takes away marks older than [`MARKS_KEPT`]; answers how many. To be called
    /// now and then.
    pub async fn forget_used(&self) -> Result<u64, Error> {
        let before = self.db.world().now() - MARKS_KEPT;
        self.db.write(0, move |tx| Ok(store::forget_used(tx, before)?)).await
    }
}
