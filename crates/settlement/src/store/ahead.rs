//! What many settlements begin with, read at once. A round trip to PostgreSQL takes as
//! long as the rest of a settlement, so one statement reads for all that run together;
//! SQLite is asked for each by itself ([`super::settled::begin`]).

use super::settled::{self, Read};
use crate::rules::message::Known;
use ::store::{Engine, P, SqlExt};
use insurance::Card;
use kernel::{Fault, InstitutionId, PersonId};
use std::collections::HashMap;

/// What was read; nothing on SQLite.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    reads: HashMap<PersonId, Read>,
    messages: HashMap<(InstitutionId, String), Known>,
    whole: bool,
}

impl Ahead {
    /// Reads for persons, institutions and message numbers; these have no blanks.
    pub(crate) fn read(
        sql: &mut (impl SqlExt + ?Sized),
        engine: &Engine,
        asked: &[(PersonId, InstitutionId, &str)],
    ) -> Result<Self, Fault> {
        let mut ahead = Self::default();
        if matches!(engine, Engine::Sqlite(_)) || asked.is_empty() {
            return Ok(ahead);
        }
        let persons: Vec<i64> = asked.iter().map(|(person, _, _)| person.0).collect();
        let institutions: Vec<i64> = asked.iter().map(|(_, institution, _)| institution.0).collect();
        let msgids: Vec<&str> = asked.iter().map(|(_, _, msgid)| *msgid).collect();
        for (person, _, _) in asked {
            ahead.reads.insert(*person, Read { accounts: Some(HashMap::new()), ..Read::default() });
        }
        ahead.begin(sql, &persons, &institutions, &msgids.join(" "))?;
        for ((person, entity), account) in ledger::personal_of_many(sql, &persons)? {
            let read = ahead.reads.entry(person).or_default();
            read.accounts.get_or_insert_default().insert(entity, account);
        }
        ahead.whole = true;
        Ok(ahead)
    }

    /// [`settled::begin`] for all of them. What a row is of stands in front of it; the
    /// limits make the database look up each by its key, however little it knows of
    /// the size of young tables.
    fn begin(
        &mut self,
        sql: &mut (impl SqlExt + ?Sized),
        persons: &[i64],
        institutions: &[i64],
        msgids: &str,
    ) -> Result<(), Fault> {
        sql.rows(
            "SELECT 1, asked.person, NULL, 0, 0, had.body, 0, 0
             FROM unnest($1::bigint[]) AS asked(person)
             CROSS JOIN LATERAL (SELECT body FROM pub_insurance_cards WHERE person_id = asked.person LIMIT 1) AS had
             UNION ALL
             SELECT 2, asked.person, had.insutype, had.year, had.version, had.body, 0, 0
             FROM unnest($1::bigint[]) AS asked(person)
             CROSS JOIN LATERAL (SELECT insutype, year, version, body FROM pub_insurance_years
                 WHERE person_id = asked.person LIMIT 1000) AS had
             UNION ALL
             SELECT 3, asked.institution, asked.msgid, had.state, had.verb, had.hash, had.person_id, had.object_id
             FROM unnest($2::bigint[], string_to_array($3, ' ')) AS asked(institution, msgid)
             CROSS JOIN LATERAL (SELECT state, verb, hash, person_id, object_id FROM settlement_messages
                 WHERE institution_id = asked.institution AND msgid = asked.msgid LIMIT 1) AS had",
            &[P::Many(persons), P::Many(institutions), P::S(msgids)],
            &mut |row| {
                let of = row.i64(1)?;
                if row.i64(0)? == 3 {
                    let known =
                        super::message::known(row.i64(3)?, row.i64(4)?, row.bytes(5)?, row.i64(6)?, row.i64(7)?)?;
                    self.messages.insert((InstitutionId(of), row.text(2)?.to_owned()), known);
                    return Ok(());
                }
                let read = self.reads.entry(PersonId(of)).or_default();
                if row.i64(0)? == 1 {
                    read.card = Some(Card::from_bytes(row.bytes(5)?)?);
                } else {
                    read.years.push((row.text(2)?.to_owned(), row.i64(3)?, row.i64(4)?, row.bytes(5)?.to_vec()));
                }
                Ok(())
            },
        )
    }

    /// What one of them begins with; each is taken once.
    pub(crate) fn of(
        &mut self,
        sql: &mut (impl SqlExt + ?Sized),
        person: PersonId,
        institution: InstitutionId,
        msgid: &str,
    ) -> Result<Read, Fault> {
        match self.reads.remove(&person).filter(|_| self.whole) {
            Some(read) => {
                let message = self.messages.get(&(institution, msgid.to_owned())).cloned();
                Ok(Read { message, ..read })
            }
            None => settled::begin(sql, person, institution, msgid),
        }
    }

    /// Forgets a person's accounts: somebody else's settlement has paid from them.
    pub(crate) fn spent(&mut self, owner: PersonId) {
        if let Some(read) = self.reads.get_mut(&owner) {
            read.accounts = None;
        }
    }
}
