//! The national interface from the credential to the settlement, by each kind of
//! credential: the code of the region (01), the identity card (02), the health card (03).

use crate::nhsa::{BLOOD, NUMBER, balanced, code, fee, insured, pay, register, speaker};
use crate::region::{Region, on_both};
use identity::{HEALTH_CARD_SYSTEM, Identifier};
use kernel::PersonId;
use serde_json::{Value, json};
use yima::nhsa_script::Speaker;

const CARD: &str = "A12345678";

/// Gives a person a health card.
fn carded(region: &Region, person: PersonId) {
    let index = region.node.index.clone();
    let card = Identifier::new(HEALTH_CARD_SYSTEM, CARD);
    region
        .node
        .db
        .write_now(person.0, move |tx| {
            identity::link(tx, &index, kernel::InstitutionId(0), person, std::slice::from_ref(&card))
        })
        .unwrap();
}

fn shown(kind: &str, number: &str, card_sn: &str) -> Value {
    json!({ "data": {
        "mdtrt_cert_type": kind, "mdtrt_cert_no": number, "card_sn": card_sn, "begntime": "", "psn_cert_type": "",
        "certno": "", "psn_name": "",
    } })
}

fn said(answer: &Value, place: &str) -> String {
    answer.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Registers, charges, quotes and settles with a credential; answers what was settled.
fn settled(his: &mut Speaker, psn: &str, kind: &str, number: &str, batch: &str) -> Value {
    let mut asked = register(psn, &his.now());
    asked["data"]["mdtrt_cert_type"] = kind.into();
    asked["data"]["mdtrt_cert_no"] = number.into();
    let registered = his.send("2201", asked, "", "").unwrap();
    assert_eq!(code(&registered), "", "{registered}");
    let visit = said(&registered, "/output/data/mdtrt_id");
    let mut line = fee(psn, &visit, "1", BLOOD, "1", "22.00", "22.00");
    line["chrg_bchno"] = batch.into();
    assert_eq!(code(&his.send("2204", json!({ "feedetail": [line] }), "", "").unwrap()), "");
    let mut asked = pay(psn, &visit, "22.00");
    asked["data"]["mdtrt_cert_type"] = kind.into();
    asked["data"]["chrg_bchno"] = batch.into();
    let quoted = his.send("2206", asked.clone(), "", "").unwrap();
    assert_eq!(code(&quoted), "", "{quoted}");
    let settled = his.send("2207", asked, "", "").unwrap();
    assert_eq!(code(&settled), "", "{settled}");
    settled
}

#[test]
fn every_kind_of_credential_leads_to_a_settlement() {
    on_both(|region| {
        let town = insured(region);
        carded(region, town.person);
        let mut his = speaker(region, &town.hospital, town.person);
        his.sign_in().unwrap();

        // 01: a scanned code counts once; the presence it proved registers.
        let scanned = region.code_of(&town.person.to_string());
        let known = his.send("1101", shown("01", &scanned, ""), "", "").unwrap();
        assert_eq!(code(&known), "", "{known}");
        let psn = said(&known, "/output/baseinfo/psn_no");
        let content: Value = serde_json::from_str(&said(&known, "/output/baseinfo/exp_content")).unwrap();
        let presence = said(&content, "/presence_token");
        assert!(!presence.is_empty(), "{known}");
        let by_code = settled(&mut his, &psn, "01", &presence, "B1");
        let again = his.send("1101", shown("01", &scanned, ""), "", "").unwrap();
        assert_eq!(code(&again), "CREDENTIAL_USED", "{}: {again}", region.name);

        // 02: the number of the identity card, 03: the number of the health card with its serial.
        for (kind, number, serial) in [("02", NUMBER, ""), ("03", CARD, "00A1B2C3")] {
            let known = his.send("1101", shown(kind, number, serial), "", "").unwrap();
            assert_eq!(said(&known, "/output/baseinfo/psn_no"), psn, "{kind}: {known}");
            assert_eq!(said(&known, "/output/baseinfo/exp_content"), "", "{kind}: nothing was scanned");
            let name = said(&known, "/output/baseinfo/psn_name");
            assert!(name.contains('*') && !said(&known, "/output/baseinfo/certno").contains(NUMBER), "{kind}: {known}");
            let one = settled(&mut his, &psn, kind, number, kind);
            assert_eq!(said(&one, "/output/setlinfo/mdtrt_cert_type"), kind);
            assert_eq!(said(&one, "/output/setlinfo/medfee_sumamt"), said(&by_code, "/output/setlinfo/medfee_sumamt"));
        }
        balanced(region);
    });
}

#[test]
fn a_credential_that_shows_nobody_is_refused() {
    on_both(|region| {
        let town = insured(region);
        carded(region, town.person);
        let mut his = speaker(region, &town.hospital, town.person);
        his.sign_in().unwrap();
        for (kind, number, serial, wanted) in [
            ("01", "YM1:NOTACODE", "", "CODE_UNREADABLE"),
            ("01", "", "", "FIELD_MISSING"),
            ("02", "990101199001010035", "", "PERSON_NOT_FOUND"),
            ("02", CARD, "", "PERSON_NOT_FOUND"),
            ("03", CARD, "", "FIELD_MISSING"),
            ("03", "A00000000", "1", "PERSON_NOT_FOUND"),
            ("03", NUMBER, "1", "PERSON_NOT_FOUND"),
            ("04", NUMBER, "", "FIELD_WRONG"),
            ("", NUMBER, "", "FIELD_MISSING"),
        ] {
            let answer = his.send("1101", shown(kind, number, serial), "", "").unwrap();
            assert_eq!(code(&answer), wanted, "{}: {kind} {number}: {answer}", region.name);
        }
        let known = his.send("1101", shown("03", CARD, "1"), "", "").unwrap();
        let psn = said(&known, "/output/baseinfo/psn_no");
        let other = crate::nhsa::enrolled(region, "990101199001010035", "周行远", "2025-11-01", 0);
        let card = region.block_on(region.node.db.read(move |sql| insurance::eligibility::card(sql, other)));
        let mut asked = register(&card.unwrap().unwrap().1.psn_no, &his.now());
        asked["data"]["mdtrt_cert_type"] = "03".into();
        asked["data"]["mdtrt_cert_no"] = CARD.into();
        let refused = his.send("2201", asked, "", "").unwrap();
        assert_eq!(code(&refused), "CREDENTIAL_MISMATCH", "{refused}");
        assert!(!psn.is_empty());
        // A doctor may not look people up by number, whatever interface is spoken.
        let doctor = region.ask("doctor", "POST", "/nhsa", "{}");
        assert_eq!(doctor.status, 403);
    });
}
