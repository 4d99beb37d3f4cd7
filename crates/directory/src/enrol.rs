//! Enrolling an institution.

use crate::rules::institution::NewInstitution;
use crate::store;
use crate::{ENROLLED, RENAMED};
use ::store::{Event, Tx};
use kernel::{Error, Fault, FaultKind, InstitutionId};

/// Enrols an institution and answers its id. The same code is the same
/// institution: it keeps its id and takes the new particulars. Whoever calls this
/// inside a transaction of their own reloads the [`crate::Directory`] afterwards.
pub fn enrol(tx: &mut Tx<'_>, new: &NewInstitution) -> Result<InstitutionId, Error> {
    new.checked()?;
    if let Some(known) = store::by_code(tx, &new.code)? {
        if !known.agrees_with(new) {
            store::update(tx, known.id, new)?;
            tx.event(Event { institution: Some(known.id), ..Event::of(&RENAMED) });
        }
        return Ok(known.id);
    }
    let id = InstitutionId(tx.new_id());
    if !store::insert(tx, id, new)? {
        // Another writer enrolled the same code between the two statements.
        return Err(Fault::new(FaultKind::Conflict, "enrolling an institution twice at once").into());
    }
    tx.event(Event { institution: Some(id), ..Event::of(&ENROLLED) });
    Ok(id)
}
