//! A hospital's program in small: fills the envelope of the national interface, signs in,
//! sends, and plays recorded scripts. Speaks HTTP only, like any program outside; the
//! commands `yima nhsa call` and `yima nhsa script` are made of it, and the tests that
//! keep the recorded exchanges of `docs/nhsa` true.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clearing::rules::nhsa::Line;
use gateways::nhsa::signature;
use kernel::time::{CHINA, SECOND, rfc3339};
use kernel::{Fen, World};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use suites::{PrivateKey, PublicKey};

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Transaction number.
    pub infno: String,
    /// What the script says about it.
    pub says: String,
    /// What was sent.
    pub request: Value,
    /// What came back.
    pub answer: Value,
}

/// A hospital's program.
#[derive(Debug)]
pub struct Speaker {
    client: reqwest::blocking::Client,
    base: String,
    token: String,
    /// A registrar's token, for scripts that need somebody's code.
    registrar: Option<String>,
    world: World,
    number: u32,
    introduction: Value,
    sign_no: String,
    /// The own key, and the node's, where messages are signed.
    signing: Option<(PrivateKey, PublicKey)>,
    /// Number of the operator.
    pub opter: String,
    /// What scripts saved and were given.
    pub vars: BTreeMap<String, String>,
    /// Bodies and answers by the name a script gave them.
    named: BTreeMap<String, (Vec<u8>, Vec<u8>)>,
    /// Everything that was said.
    pub exchanges: Vec<Exchange>,
}

/// Texts that scripts save without showing them in a record.
const SECRETS: &[&str] = &["code", "presence"];

impl Speaker {
    /// Asks the node for whom the token speaks. `number` is where the last four digits of
    /// message numbers begin.
    pub fn new(base: &str, token: &str, registrar: Option<String>, world: World, number: u32) -> Result<Self, String> {
        let client = reqwest::blocking::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        let mut speaker = Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            registrar,
            world,
            number,
            introduction: Value::Null,
            sign_no: String::new(),
            signing: None,
            opter: "01".into(),
            vars: BTreeMap::new(),
            named: BTreeMap::new(),
            exchanges: Vec::new(),
        };
        let (status, body) = speaker.http("GET", "/nhsa", &speaker.token, None)?;
        speaker.introduction = serde_json::from_slice(&body).unwrap_or_default();
        if status != 200 {
            return Err(format!("GET /nhsa: {status} {}", speaker.introduction));
        }
        for (name, member) in [("fixmedins_code", "fixmedins_code"), ("area", "mdtrtarea_admvs"), ("insuplc", "region")]
        {
            speaker.vars.insert(name.into(), text(&speaker.introduction, member));
        }
        Ok(speaker)
    }

    /// Signs everything from here on with an SM2 key, and wants the node's signature on the
    /// answers; the institution's key must be registered.
    pub fn sign_with(&mut self, key: PrivateKey) -> Result<(), String> {
        let node = signature::public_key(&pick(&self.introduction, "/signing/node"));
        let node = node.ok_or("this institution is not registered to sign: yima nhsa signing")?;
        self.signing = Some((key, node));
        Ok(())
    }

    fn http(&self, method: &str, path: &str, token: &str, body: Option<Vec<u8>>) -> Result<(u16, Vec<u8>), String> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().map_err(|error| format!("{} does not answer: {error}", self.base))?;
        let status = response.status().as_u16();
        Ok((status, response.bytes().map_err(|error| error.to_string())?.to_vec()))
    }

    /// `2026-11-18 09:40:00`, China's time.
    pub fn now(&self) -> String {
        let text = rfc3339((self.world.now() + CHINA).div_euclid(SECOND) * SECOND);
        text.trim_end_matches('Z').replacen('T', " ", 1)
    }

    /// A new message number: institution, instant, four digits.
    fn msgid(&mut self) -> String {
        self.number = (self.number + 1) % 10_000;
        let digits: String = self.now().chars().filter(char::is_ascii_digit).collect();
        format!("{}{digits}{:04}", text(&self.introduction, "fixmedins_code"), self.number)
    }

    /// The whole request around an input.
    pub fn envelope(&mut self, infno: &str, input: Value) -> Value {
        let mut envelope = json!({
            "infno": infno,
            "msgid": self.msgid(),
            "mdtrtarea_admvs": text(&self.introduction, "mdtrtarea_admvs"),
            "insuplc_admdvs": self.vars.get("insuplc"),
            "recer_sys_code": "YBXT",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": self.opter,
            "opter_name": "收费窗口",
            "inf_time": self.now(),
            "fixmedins_code": text(&self.introduction, "fixmedins_code"),
            "fixmedins_name": text(&self.introduction, "fixmedins_name"),
            "sign_no": if infno == "9001" { "" } else { self.sign_no.as_str() },
            "input": input,
        });
        self.sign(&mut envelope);
        envelope
    }

    /// Signs an envelope, or signs it anew after a change; nothing where nothing is signed.
    pub fn sign(&self, envelope: &mut Value) {
        if let (Some((key, _)), Some(members)) = (&self.signing, envelope.as_object_mut()) {
            // What cannot be signed goes out unsigned, and the node says so.
            let _ = signature::sign(members, |text| key.sign(text).ok().map(Vec::from));
        }
    }

    /// Signs in unless signed in.
    pub fn sign_in(&mut self) -> Result<(), String> {
        if !self.sign_no.is_empty() {
            return Ok(());
        }
        let input = json!({ "signIn": { "opter_no": self.opter, "mac": "00-00-00-00-00-00", "ip": "127.0.0.1" } });
        let answer = self.send("9001", input, "签到", "")?;
        self.sign_no = answer.pointer("/output/signinoutb/sign_no").and_then(Value::as_str).unwrap_or_default().into();
        self.vars.insert("sign_no".into(), self.sign_no.clone());
        if self.sign_no.is_empty() { Err(format!("9001: {}", text(&answer, "err_msg"))) } else { Ok(()) }
    }

    /// Sends a transaction, keeps its bytes under `name` if it has one, answers the answer.
    pub fn send(&mut self, infno: &str, input: Value, says: &str, name: &str) -> Result<Value, String> {
        let request = self.envelope(infno, input);
        let body = request.to_string().into_bytes();
        let (answer, bytes) = self.post(&body)?;
        if !name.is_empty() {
            self.vars.insert(format!("{name}.msgid"), text(&request, "msgid"));
            self.named.insert(name.into(), (body, bytes));
        }
        let (infno, says) = (infno.to_owned(), says.to_owned());
        self.exchanges.push(Exchange { infno, says, request, answer: answer.clone() });
        Ok(answer)
    }

    fn post(&self, body: &[u8]) -> Result<(Value, Vec<u8>), String> {
        let (status, bytes) = self.http("POST", "/nhsa", &self.token, Some(body.to_vec()))?;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|error| format!("{status}: {error}"))?;
        if status != 200 {
            return Err(format!("{status}: {answer}"));
        }
        if let Some((_, node)) = &self.signing {
            let members = answer.as_object().ok_or_else(|| format!("no object: {answer}"))?;
            signature::check(members, std::slice::from_ref(node))
                .map_err(|why| format!("the node's signature on the answer: {why:?}"))?;
        }
        Ok((answer, bytes))
    }

    /// Plays a script: JSON objects, one a line. Stops at the first line whose
    /// expectation does not hold and says which.
    pub fn play(&mut self, script: &str) -> Result<(), String> {
        let steps = (1..).zip(script.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        for (number, line) in steps {
            let step: Map<String, Value> =
                serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
            self.step(&step).map_err(|why| format!("line {number}: {why}"))?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Map<String, Value>) -> Result<(), String> {
        let said = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if step.contains_key("call") {
            return self.call(step);
        }
        if step.contains_key("again") {
            return self.again(&said("again"));
        }
        if step.contains_key("code_of") {
            let person = self.filled(&said("code_of"))?;
            let code = self.code_of(&person)?;
            self.vars.insert(said("save"), code);
            return Ok(());
        }
        if let Some(journal) = step.get("journal").and_then(Value::as_object) {
            return self.journal(journal);
        }
        match step.get("set").and_then(Value::as_object) {
            Some(set) => {
                for (name, value) in set {
                    let value = self.filled(value.as_str().unwrap_or_default())?;
                    self.vars.entry(name.clone()).or_insert(value);
                }
                Ok(())
            }
            None => Err("a step is call, again, code_of, journal or set".into()),
        }
    }

    fn call(&mut self, step: &Map<String, Value>) -> Result<(), String> {
        let said = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let infno = said("call");
        let input = self.filled_in(step.get("input").unwrap_or(&Value::Null))?;
        if infno != "9001" {
            self.sign_in()?;
        }
        let answer = self.send(&infno, input, &said("say"), &said("as"))?;
        let told = text(&answer, "err_msg");
        let wanted = said("refused");
        let code = told.split(' ').next().unwrap_or_default();
        if wanted != code {
            return Err(format!("{infno}: expected '{wanted}', got '{told}'"));
        }
        for (place, wanted) in step.get("expect").and_then(Value::as_object).into_iter().flatten() {
            let wanted = self.filled(wanted.as_str().unwrap_or_default())?;
            let got = pick(&answer, place);
            if got != wanted {
                return Err(format!("{infno} {place}: expected '{wanted}', got '{got}'"));
            }
        }
        for (name, place) in step.get("save").and_then(Value::as_object).into_iter().flatten() {
            let got = pick(&answer, place.as_str().unwrap_or_default());
            if got.is_empty() {
                return Err(format!("{infno}: nothing at {place} to keep as {name}"));
            }
            self.vars.insert(name.clone(), got);
        }
        Ok(())
    }

    /// Sends the bytes of a message again: the same bytes must come back.
    fn again(&mut self, name: &str) -> Result<(), String> {
        let (body, first) = self.named.get(name).cloned().ok_or_else(|| format!("no message was kept as {name}"))?;
        let (_, second) = self.post(&body)?;
        if first == second { Ok(()) } else { Err(format!("{name} again: {}", String::from_utf8_lossy(&second))) }
    }

    fn code_of(&self, person: &str) -> Result<String, String> {
        let token = self.registrar.as_ref().ok_or("a registrar's token is needed to show a code; set code instead")?;
        let body = json!({ "person": person, "medium": "paper", "label": "nhsa" }).to_string().into_bytes();
        let (status, card) = self.http("POST", "/v1/cards", token, Some(body))?;
        let card: Value = serde_json::from_slice(&card).unwrap_or_default();
        let id = card.get("card").and_then(Value::as_str).ok_or_else(|| format!("no card ({status}): {card}"))?;
        let (status, shown) = self.http("GET", &format!("/v1/cards/{id}/code"), token, None)?;
        let shown: Value = serde_json::from_slice(&shown).unwrap_or_default();
        shown.get("code").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("no code ({status})"))
    }

    /// What a hospital adds up from its journal: `file` is a detail file as Base64;
    /// `drop` leaves lines out, `add_fen` alters the first; `save` names the variable of
    /// the new file, and `NAME.medfee`, `.fund`, `.acct`, `.count` its sums of the lines
    /// with the `refund` flag.
    fn journal(&mut self, step: &Map<String, Value>) -> Result<(), String> {
        let said = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| step.get(name).and_then(Value::as_i64).unwrap_or(0);
        let bytes = STANDARD.decode(self.filled(&said("file"))?).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut lines = text
            .lines()
            .map(|line| Line::read(line).map_err(|bad| format!("a line of the file: column {}", bad.0)))
            .collect::<Result<Vec<_>, _>>()?;
        let dropped = usize::try_from(number("drop")).unwrap_or(0).min(lines.len());
        lines.drain(..dropped);
        if let Some(first) = lines.first_mut() {
            first.sums.medfee += number("add_fen");
        }
        let name = said("save");
        let flag = step.get("refund").and_then(Value::as_bool).unwrap_or(false);
        let counted: Vec<&Line> = lines.iter().filter(|line| line.refund == flag).collect();
        let sum = |of: fn(&Line) -> i64| Fen(counted.iter().map(|line| of(line)).sum()).to_string();
        let sums = [
            ("medfee", sum(|line| line.sums.medfee)),
            ("fund", sum(|line| line.sums.fund)),
            ("acct", sum(|line| line.sums.account)),
            ("count", counted.len().to_string()),
        ];
        for (part, value) in sums {
            self.vars.insert(format!("{name}.{part}"), value);
        }
        let file: String = lines.iter().map(|line| line.write() + "\n").collect();
        self.vars.insert(name, STANDARD.encode(file));
        Ok(())
    }

    fn filled_in(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.filled(text)?.into(),
            Value::Array(rows) => rows.iter().map(|row| self.filled_in(row)).collect::<Result<Vec<_>, _>>()?.into(),
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| Ok((name.clone(), self.filled_in(value)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, String>>()?)
            }
            other => other.clone(),
        })
    }

    /// A text with `${name}` replaced.
    fn filled(&self, template: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').ok_or_else(|| format!("no end of a name in '{template}'"))?;
            out.push_str(before);
            match name {
                "now" => out.push_str(&self.now()),
                "today" => out.push_str(self.now().split(' ').next().unwrap_or_default()),
                name => out.push_str(self.vars.get(name).ok_or_else(|| format!("nothing is known as {name}"))?),
            }
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Everything that was said, as a document; what was saved as a secret is hidden.
    pub fn record(&self, title: &str) -> String {
        let mut out = format!("# {title}\n\nWritten by a test from what a node answered.\n");
        for one in &self.exchanges {
            let pretty = |value: &Value| {
                let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
                for secret in SECRETS.iter().filter_map(|name| Some((name, self.vars.get(*name)?))) {
                    text = text.replace(secret.1.as_str(), &format!("‹{}›", secret.0));
                }
                text
            };
            let heading = format!("\n## {} {}\n\n", one.infno, one.says);
            out.push_str(heading.replace(" \n", "\n").as_str());
            // Writing into a String cannot fail.
            let _ = writeln!(out, "```json\n{}\n```\n", pretty(&one.request));
            let _ = writeln!(out, "```json\n{}\n```", pretty(&one.answer));
        }
        out
    }
}

/// A member's text, empty when it is none.
fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What lies at a JSON pointer; behind `#` a pointer into JSON that is a text there.
fn pick(answer: &Value, place: &str) -> String {
    let (outer, inner) = place.split_once('#').map_or((place, None), |(outer, inner)| (outer, Some(inner)));
    let said = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let found = said(answer.pointer(outer));
    match inner {
        None => found,
        Some(inner) => said(serde_json::from_str::<Value>(&found).unwrap_or_default().pointer(inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_also_in_texts() {
        let answer = json!({ "a": { "b": "{\"c\":\"x\"}", "n": 3 } });
        assert_eq!(pick(&answer, "/a/b#/c"), "x");
        assert_eq!(pick(&answer, "/a/n"), "3");
        assert_eq!(pick(&answer, "/a/none"), "");
    }
}
