//! Facts of the node itself under a name: its keys, its settings that must outlive
//! a restart.

use crate::sql::SqlExt;
use crate::tx::Tx;
use crate::value::P;
use kernel::Fault;

/// A fact by name.
pub fn find(sql: &mut (impl SqlExt + ?Sized), name: &str) -> Result<Option<Vec<u8>>, Fault> {
    sql.one("SELECT value FROM store_facts WHERE name = $1", &[P::S(name)], |row| Ok(row.bytes(0)?.to_vec()))
}

impl Tx<'_> {
    /// Remembers a fact under a name.
    pub fn set_fact(&mut self, name: &str, value: &[u8]) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO store_facts (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[P::S(name), P::B(value)],
        )
        .map(drop)
    }

    /// A key of 32 random bytes under a name: made unless somebody was first.
    pub fn key_fact(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let key = self.new_key();
        self.execute(
            "INSERT INTO store_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            &[P::S(name), P::B(&key)],
        )?;
        find(self, name)?.ok_or_else(|| Fault::broken(format!("store_facts lost {name}")))
    }
}
