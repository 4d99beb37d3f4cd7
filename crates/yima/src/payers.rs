//! Who pays by phone, as the mobile channel must know it: a citizen's own name and document
//! under their own grant, and for whom somebody may pay beside themselves. The payment room
//! seals what is told here before it is kept or sent.

use credentials::Credentials;
use identity::rules::identifier::Paper;
use identity::{Identifier, Index, PASSPORT_SYSTEM, RESIDENT_ID_SYSTEM};
use insurance::{Day, eligibility};
use kernel::{Error, InstitutionId, PersonId};
use payment::People;
use payment::mobile::{CardType, Identity};
use std::sync::Arc;
use store::{Db, SqlExt};

/// Documents by which a relative is named, by our system of numbers.
const CARDS: [(&str, CardType); 2] =
    [(RESIDENT_ID_SYSTEM, CardType::IdCard), (PASSPORT_SYSTEM, CardType::ForeignerPassport)];

/// What the payment room is told of people.
pub(crate) fn people(db: &Db, gate: &access::Gate, credentials: &Credentials) -> People {
    let (gate, own) = (gate.clone(), db.clone());
    let (index, db) = (credentials.index.clone(), db.clone());
    People {
        payer: Arc::new(move |actor, person| {
            let (gate, db) = (gate.clone(), own.clone());
            Box::pin(async move {
                let grant = gate.grant(&actor, person).await?;
                let found = db.read(move |sql| Ok(identity::person(sql, &grant)?)).await?;
                Ok(found.and_then(|found| {
                    let document = found.known.document?;
                    let card = match document.paper() {
                        Paper::ResidentId => CardType::IdCard,
                        Paper::Passport => CardType::ForeignerPassport,
                        Paper::Local | Paper::SocialSecurity | Paper::HealthCard => return None,
                    };
                    Some(Identity { name: found.known.name, document: document.value, card })
                }))
            })
        }),
        relative: Arc::new(move |payer, patient, named| {
            let (index, db) = (index.clone(), db.clone());
            Box::pin(async move {
                let today = Day::of(db.world().now());
                db.read(move |sql| Ok(is_called(sql, &index, patient, &named)? && shares(sql, payer, patient, today)?))
                    .await
            })
        }),
    }
}

/// Whether a person is who somebody says: the document leads to them, and the name fits
/// what anybody with their code sees of it.
fn is_called(
    sql: &mut (impl SqlExt + ?Sized),
    index: &Index,
    patient: PersonId,
    named: &Identity,
) -> Result<bool, Error> {
    let Some((system, _)) = CARDS.into_iter().find(|(_, card)| *card == named.card) else { return Ok(false) };
    let document = Identifier::new(system, named.document.trim().to_uppercase());
    if identity::find(sql, index, InstitutionId(0), std::slice::from_ref(&document))? != Some(patient) {
        return Ok(false);
    }
    let masked = identity::masked(sql, patient)?;
    Ok(masked.is_some_and(|masked| masked.name == kernel::coded::masked_name(named.name.trim())))
}

/// Whether one of them lets the other spend from the own account (家庭共济): who may do that
/// is family, and may pay what is left of a bill as well.
fn shares(sql: &mut (impl SqlExt + ?Sized), one: PersonId, other: PersonId, today: Day) -> Result<bool, Error> {
    for (owner, spends) in [(one, other), (other, one)] {
        let card = eligibility::card(sql, spends)?;
        if card.is_some_and(|(_, card)| card.relatives(today).any(|leave| leave.owner() == owner)) {
            return Ok(true);
        }
    }
    Ok(false)
}
