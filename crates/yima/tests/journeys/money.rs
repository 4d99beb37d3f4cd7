//! What was paid comes back by itself when its settlement is undone: in notes over the
//! counter, by phone over the channel, whichever way it is undone and however often that
//! is asked. Over real HTTP, on both databases, against the stand-in of the channel.

use crate::nhsa::{BLOOD, Insured, balanced, insured};
use crate::region::{Answer, Region, paying_on_both};
use kernel::{ActorKind, Fen, InstitutionId};
use ledger::{Account, Entity, Period};
use payment::books::{CASH, MOBILE, OWED};
use serde_json::{Value, json};
use standin::Standin;

/// The people of a story.
struct Story<'a> {
    region: &'a Region,
    town: Insured,
    hospital: InstitutionId,
    registrar: String,
    citizen: String,
}

fn story(region: &Region) -> Story<'_> {
    let town = insured(region);
    let hospital = region.node.directory.by_code("H99010200001").unwrap().id;
    let registrar = region.new_token("registrar-3", ActorKind::Staff, "registrar", Some(hospital), None);
    let citizen = region.new_token("jingyi", ActorKind::Citizen, "citizen", None, Some(town.person));
    let story = Story { region, town, hospital, registrar, citizen };
    let till = story.post(&story.registrar, "/v1/tills/open", &json!({ "till": "3", "float_fen": 10_000 }), "t");
    assert_eq!(till.status, 200, "{}", till.text);
    story
}

impl Story<'_> {
    fn post(&self, token: &str, path: &str, body: &Value, key: &str) -> Answer {
        let headers = [("idempotency-key", key), ("content-type", "application/json")];
        self.region.ask_with(Some(token), "POST", path, body.to_string().into_bytes(), &headers)
    }

    fn get(&self, token: &str, path: &str) -> Answer {
        self.region.ask_with(Some(token), "GET", path, Vec::new(), &[])
    }

    /// A visit that is charged, quoted, read fen by fen and settled, with an own share.
    fn settled(&self, number: &str) -> Value {
        let his = &self.town.hospital;
        let register =
            json!({ "person": self.town.person.to_string(), "med_type": "11", "msgid": format!("{number}-v") });
        let visit = self.post(his, "/v1/visits", &register, "").body["visit"].clone();
        let line = json!({ "sn": "1", "code": BLOOD, "qty_milli": 9000, "price_fen": 2200, "amount_fen": 19_800 });
        let path = format!("/v1/visits/{}/fees", visit.as_str().unwrap());
        let charged = self.post(his, &path, &json!({ "lines": [line] }), "");
        assert_eq!(charged.status, 200, "{}", charged.text);
        let quote = self.post(his, "/v1/quotes", &json!({ "visit": visit, "use_account": false }), "").body;
        let why = format!("/v1/quotes/{}/explanation?lang=en", quote["quote"].as_str().unwrap());
        for reader in [&self.citizen, his] {
            let why = self.get(reader, &why);
            assert_eq!((why.status, &why.body["tree"]["fee"]["fen"]), (200, &quote["fee_fen"]), "{}", why.text);
        }
        let settle = json!({ "quote": quote["quote"], "msgid": number });
        let settled = self.post(his, "/v1/settlements", &settle, "");
        assert_eq!(settled.status, 200, "{}", settled.text);
        assert!(settled.body["cash_fen"].as_i64().unwrap() > 0, "{}", settled.text);
        settled.body
    }

    fn pay(&self, token: &str, path: &str, settled: &Value, means: &Value) -> Answer {
        let subject = json!({ "kind": "settlement", "id": settled["settlement"] });
        let ask = json!({ "person": settled["person"], "subject": subject, "means": means });
        self.post(token, path, &ask, &format!("pay-{}", settled["settlement"]))
    }

    fn cash(&self, settled: &Value) -> Value {
        let means = json!({ "kind": "cash", "received_fen": settled["cash_fen"] });
        let paid = self.pay(&self.registrar, "/v1/payments", settled, &means);
        assert_eq!((paid.status, paid.body["stage"].as_str()), (201, Some("paid")), "{}", paid.text);
        paid.body
    }

    fn cancel(&self, settled: &Value, msgid: &str) -> Answer {
        let path = format!("/v1/settlements/{}/cancel", settled["settlement"].as_str().unwrap());
        self.post(&self.town.hospital, &path, &json!({ "msgid": msgid, "reason": "退药" }), "")
    }

    fn reverse(&self, msgid: &str) -> Answer {
        self.post(&self.town.hospital, "/v1/settlements/reverse", &json!({ "msgid": msgid }), "")
    }

    /// What the desk owes: payment and amount.
    fn due(&self) -> Vec<(Value, Value)> {
        let due = self.get(&self.registrar, "/v1/refunds/due").body["refunds"].clone();
        due.as_array().unwrap().iter().map(|one| (one["payment"].clone(), one["money_fen"].clone())).collect()
    }

    /// The hospital's books: owed by persons, in the till, at the channel.
    fn books(&self) -> [i64; 3] {
        let (ledger, entity) = (self.region.node.money.office.ledger.clone(), Entity::from(self.hospital));
        let period = Period::of(self.region.node.db.world().now());
        let trial = self.region.block_on(ledger.trial(entity, period)).unwrap();
        [OWED, CASH, MOBILE]
            .map(Account::cashbox)
            .map(|account| trial.lines.iter().filter(|line| line.account == account).map(|line| line.closing.0).sum())
    }

    /// Lets time pass and runs what is due.
    fn after(&self, seconds: i64) {
        self.region.clock.advance(seconds * kernel::time::SECOND);
        self.region.block_on(self.region.node.money.payments.turn()).unwrap();
    }

    /// How many replies are kept for repeated keys, and what is wrong with them.
    fn replies(&self) -> (i64, Vec<String>) {
        self.region.node.db.read_now(|sql| Ok(store::once::check(sql)?)).unwrap()
    }

    /// Every invariant of money holds.
    fn whole(&self) {
        balanced(self.region);
        let money = &self.region.node.money;
        let settlements = self.region.block_on(money.settlements.check()).unwrap();
        let payments = self.region.block_on(money.check_payments()).unwrap();
        let bills = self.region.block_on(money.check_bills()).unwrap();
        let (_, replies) = self.replies();
        let wrong = [settlements.wrong, payments.wrong, bills.wrong, replies].concat();
        assert_eq!(wrong, Vec::<String>::new(), "{}", self.region.name);
    }
}

fn phone() -> Value {
    json!({ "kind": "mobile", "openid": "oAaBb123", "pay_order_id": "ORD5307", "pay_auth_no": "AUTH5307" })
}

#[test]
fn notes_wait_at_the_desk_and_are_handed_back_once() {
    paying_on_both(|region, _| {
        let story = story(region);
        let settled = story.settled("N1");
        let paid = story.cash(&settled);
        let own = settled["cash_fen"].as_i64().unwrap();
        assert_eq!((story.books(), story.due()), ([0, own, 0], vec![]), "{}", region.name);
        let first = story.cancel(&settled, "N1-c");
        assert_eq!((first.status, story.cancel(&settled, "N1-c").text), (200, first.text), "the same answer");
        assert_eq!(story.cancel(&settled, "N1-d").code(), "settlement.already-cancelled");
        assert_eq!(story.reverse("N1").body["state"], "cancelled");
        assert_eq!(story.due(), [(paid["id"].clone(), own.into())], "{}: owed once", region.name);
        assert_eq!(story.books(), [-own, own, 0], "the hospital owes what is in the till");
        story.whole();
        // The clerk reads it on the desk's page and hands it back.
        let page = story.get(&story.registrar, "/desk/refunds");
        assert!(page.status == 200 && page.text.contains("data-refunds=\"1\""), "{}", page.text);
        assert_eq!(story.get(&story.town.hospital, "/desk/refunds").status, 200);
        assert_ne!(story.get(&story.citizen, "/desk/refunds").status, 200);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let fields = format!("payment={}&ordinal=1", paid["id"].as_str().unwrap());
        let hand = || {
            region.ask_with(
                Some(&story.registrar),
                "POST",
                "/desk/refunds/hand-back",
                fields.clone().into_bytes(),
                &form,
            )
        };
        assert_eq!(hand().status, 303, "{}", region.name);
        assert_eq!(hand().status, 409, "once");
        assert_eq!((story.due(), story.books()), (vec![], [0, 0, 0]), "{}", region.name);
        let path = format!("/v1/payments/{}", paid["id"].as_str().unwrap());
        assert_eq!(story.get(&story.registrar, &path).body["stage"], "refunded");
        story.whole();
        // What the ledger's own check says is counted for the operator.
        assert!(region.ask("", "GET", "/metrics", "").text.contains("yima_ledger_checked_at 0\n"));
        region.block_on(region.node.money.office.ledger.examine()).unwrap();
        let counted = region.ask("", "GET", "/metrics", "").text;
        assert!(
            counted.contains("yima_ledger_wrong 0\n") && !counted.contains("yima_ledger_checked_at 0\n"),
            "{counted}"
        );
        // A partial refund is all of it cancelled and the rest settled anew: paid again, once.
        let rest = story.settled("N2");
        story.cash(&rest);
        story.whole();
        // A kept reply that cannot have been given is named.
        let edit = |tx: &mut store::Tx<'_>| Ok(tx.execute("UPDATE store_once SET status = 0", &[])?);
        assert_eq!(region.node.db.write_now(0, edit).unwrap(), 2, "{}: two payments", region.name);
        let (kept, wrong) = story.replies();
        assert!(kept == 2 && wrong.len() == 2 && wrong[0].starts_with("I4:"), "{}: {wrong:?}", region.name);
    });
}

#[test]
fn a_message_taken_back_gives_the_money_back_too() {
    paying_on_both(|region, _| {
        let story = story(region);
        let settled = story.settled("R1");
        let paid = story.cash(&settled);
        for _ in 0..3 {
            assert_eq!(story.reverse("R1").body["state"], "cancelled", "{}", region.name);
        }
        assert_eq!(story.due(), [(paid["id"].clone(), settled["cash_fen"].clone())], "{}", region.name);
        let again = story.pay(
            &story.registrar,
            "/v1/payments",
            &json!({ "settlement": settled["settlement"], "person": settled["person"], "again": 1 }),
            &json!({ "kind": "cash", "received_fen": 1 }),
        );
        assert_ne!(again.status, 201, "what was undone is not paid: {}", again.text);
        story.whole();
    });
}

#[test]
fn what_was_paid_by_phone_goes_back_over_the_channel_once() {
    paying_on_both(|region, standin| {
        let story = story(region);
        let settled = story.settled("P1");
        let asked = story.pay(&story.citizen, "/v1/me/payments", &settled, &phone());
        assert_eq!(asked.status, 201, "{}", asked.text);
        let id = asked.body["id"].as_str().unwrap().to_owned();
        story.after(0);
        confirmed(&story, standin, &id);
        let path = format!("/v1/me/payments/{id}");
        assert_eq!(story.get(&story.citizen, &path).body["stage"], "paid", "{}", region.name);
        let own = settled["cash_fen"].as_i64().unwrap();
        assert_eq!((story.books(), standin.book(standin::book::Book::kept)), ([0, 0, own], own));
        let first = story.cancel(&settled, "P1-c");
        assert_eq!((first.status, story.cancel(&settled, "P1-c").text), (200, first.text));
        // Asked of the channel and shown until it is known.
        assert_eq!(story.due(), [(id.clone().into(), own.into())], "{}", region.name);
        for seconds in [0, 3, 6, 16] {
            story.after(seconds);
        }
        let seen = story.get(&story.citizen, &path).body;
        assert_eq!((&seen["stage"], seen["refunds"].as_array().unwrap().len()), (&json!("refunded"), 1), "{seen}");
        assert_eq!(story.cancel(&settled, "P1-d").code(), "settlement.already-cancelled");
        for seconds in [61, 301] {
            story.after(seconds);
        }
        assert_eq!(standin.book(|book| (book.kept(), book.refunds.len())), (0, 1), "{}: once", region.name);
        assert_eq!((story.due(), story.books()), (vec![], [0, 0, 0]), "{}", region.name);
        story.whole();
    });
}

/// Lets the person confirm on the phone, and the node find out.
fn confirmed(story: &Story<'_>, standin: &Standin, id: &str) {
    story.region.block_on(standin.confirm(id));
    for seconds in [3, 6, 16, 61] {
        story.after(seconds);
    }
}

#[test]
fn a_payment_that_is_only_asked_is_given_up_and_late_money_goes_back() {
    paying_on_both(|region, standin| {
        let story = story(region);
        let settled = story.settled("G1");
        let asked = story.pay(&story.citizen, "/v1/me/payments", &settled, &phone());
        let id = asked.body["id"].as_str().unwrap().to_owned();
        story.after(0);
        assert_eq!(story.cancel(&settled, "G1-c").status, 200, "{}", region.name);
        let path = format!("/v1/me/payments/{id}");
        assert_eq!(story.get(&story.citizen, &path).body["stage"], "given-up", "{}", region.name);
        // The person confirms on the phone after all.
        confirmed(&story, standin, &id);
        for seconds in [301, 301] {
            story.after(seconds);
        }
        assert_eq!(story.get(&story.citizen, &path).body["stage"], "refunded", "{}", region.name);
        assert_eq!((standin.book(standin::book::Book::kept), story.books()), (0, [0, 0, 0]), "{}", region.name);
        story.whole();
        assert_eq!(Fen(story.books().iter().sum()), Fen::ZERO);
    });
}
