//! The Patient resource an institution keeps of a person.

use super::{Chart, patient_id};
use crate::institutions::Institution;
use crate::json::Json;
use crate::people::{IdKind, Person};

/// System of resident identity numbers.
const RESIDENT_ID: &str = "urn:oid:2.16.156.10011.1.3";
/// System of Nigerian passports, as HL7 names national passport systems.
const PASSPORT: &str = "http://hl7.org/fhir/sid/passport-NGA";
/// System of the temporary numbers given to people found without papers.
const TEMPORARY: &str = "urn:yima:temporary-number";
/// Record numbers run through this many values, by a step prime to it.
const RECORD_NUMBERS: u64 = 90_000_000;

impl Chart<'_> {
    pub(super) fn patient(&mut self, institution: &Institution) {
        self.open("Patient", &patient_id(self.person.index, institution));
        let person = self.person;
        let json = &mut self.json;
        json.list("identifier", |list| {
            list.item(|item| paper(item, person));
            list.item(|item| {
                item.text("use", "usual");
                item.text("system", &institution.record_number_system());
                item.text("value", &record_number(person.index, institution));
            });
        });
        json.flag("active", true);
        json.list("name", |list| names(list, person));
        if let Some(phone) = &person.phone {
            json.only("telecom", |item| {
                item.text("system", "phone");
                item.text("value", phone);
                item.text("use", "mobile");
            });
        }
        json.text("gender", person.gender.key());
        if let Some(birth) = &person.birth_date {
            json.text("birthDate", birth);
        }
        if !person.address.is_empty() {
            json.only("address", |item| {
                item.text("use", "home");
                item.text("text", &person.address);
                item.text("country", "CN");
            });
        }
        json.object("managingOrganization", |to| {
            super::institution(to, institution);
        });
        self.close(institution, "Patient");
    }
}

fn paper(item: &mut Json, person: &Person) {
    match (&person.id_number, person.id_kind) {
        (Some(number), IdKind::ResidentId | IdKind::None) => {
            item.text("use", "official");
            item.text("system", RESIDENT_ID);
            item.text("value", number);
        }
        (Some(number), IdKind::Passport) => {
            item.text("use", "official");
            item.text("system", PASSPORT);
            item.text("value", number);
        }
        (None, _) => {
            item.text("use", "temp");
            item.text("system", TEMPORARY);
            item.text("value", &person.name);
        }
    }
}

fn names(list: &mut Json, person: &Person) {
    let known = !person.family.is_empty();
    list.item(|item| {
        item.text("use", if known { "official" } else { "temp" });
        item.text("text", &person.name);
        if known {
            item.text("family", &person.family);
            item.list("given", |given| given.text_item(&person.given));
        }
    });
    if known && person.name_en != person.name {
        list.item(|item| {
            item.text("use", "usual");
            item.text("text", &person.name_en);
        });
    }
}

/// The number of a person's file at an institution; different people have different numbers.
fn record_number(index: u32, institution: &Institution) -> String {
    let shift = institution.code.bytes().fold(0_u64, |sum, byte| sum * 31 + u64::from(byte));
    let scattered = (u64::from(index) * 7_919 + shift) % RECORD_NUMBERS;
    (10_000_000 + scattered).to_string()
}
