//! Presence tokens: what they are bound to, and what they refuse.

use crate::api::node;
use crate::desk::{CAPABILITIES, runtime};
use kernel::time::MINUTE;
use kernel::{InstitutionId, Purpose};
use serde_json::json;
use std::sync::Arc;
use testkit::on_both;

#[test]
fn a_token_is_bound_to_place_terminal_and_purpose() {
    on_both(&CAPABILITIES, |bench| {
        let node = node(bench);
        let scanned = node.desk.scan(&node.desk.code(), "01301").unwrap();
        let purposes = |codes: &[&str]| codes.iter().map(|code| Purpose::from_code(code).unwrap()).collect::<Vec<_>>();
        let settle = purposes(&["01301"]);
        let proved = |actor: &Arc<kernel::Actor>, token: &str, purposes: &[Purpose]| {
            runtime()
                .block_on(node.desk.credentials.proved(actor, token, purposes))
                .map_or_else(|error| error.code().to_owned(), |said| said.person.to_string())
        };
        let doctor = &node.desk.doctor;
        assert_eq!(proved(doctor, &scanned.token, &settle), node.desk.person.to_string(), "{}", bench.name);
        let invalid = "credentials.presence-invalid";
        assert_eq!(proved(doctor, &scanned.token, &purposes(&["01201", "01302"])), invalid);
        let elsewhere = Arc::new(kernel::Actor { institution: Some(InstitutionId(9)), ..(**doctor).clone() });
        assert_eq!(proved(&elsewhere, &scanned.token, &settle), invalid);
        let other = Arc::new(kernel::Actor { id: kernel::ActorId(9), ..(**doctor).clone() });
        assert_eq!(proved(&other, &scanned.token, &settle), invalid, "another terminal: {}", bench.name);
        for at in (0..scanned.token.len()).step_by(7) {
            let mut bent = scanned.token.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(proved(doctor, &String::from_utf8(bent).unwrap(), &settle), invalid, "character {at}");
        }
        for text in ["", "YP1.", "YP2.AAAA", "YP1.!!!!", &scanned.token[..100]] {
            assert_eq!(proved(doctor, text, &settle), invalid, "{text}");
        }
        bench.clock.advance(15 * MINUTE - 1);
        assert_eq!(proved(doctor, &scanned.token, &settle), node.desk.person.to_string());
        bench.clock.advance(1);
        assert_eq!(proved(doctor, &scanned.token, &settle), "credentials.presence-over", "{}", bench.name);
    });
}

#[test]
fn a_token_names_the_person_to_its_institution_only() {
    let bench = testkit::sqlite(&CAPABILITIES);
    let node = node(&bench);
    let tokens = &node.desk.credentials.tokens;
    let (person, other) = (node.desk.person, node.desk.other);
    let one = tokens.pseudonym(person, InstitutionId(1));
    assert_eq!(one, tokens.pseudonym(person, InstitutionId(1)));
    assert_ne!(one, tokens.pseudonym(person, InstitutionId(2)));
    assert_ne!(one, tokens.pseudonym(other, InstitutionId(1)));
    let scanned = node.desk.scan(&node.desk.code(), "01301").unwrap();
    let (status, told) = node.json(
        &node.desk.doctor_token,
        "POST",
        "/v1/presence/check",
        &json!({ "presence": scanned.token, "purposes": ["01301"] }),
    );
    assert_eq!((status, &told["carrier"], &told["level"]), (200, &json!("code"), &json!(3)), "{told}");
    let pseudonym = tokens.pseudonym(person, node.desk.doctor.institution.unwrap());
    assert_eq!(told["pseudonym"], store::value::hex(&pseudonym));
    bench.db.close();
}
