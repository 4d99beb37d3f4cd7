//! Inputs and outputs as JSON in the form of the golden cases, read strictly: whole
//! numbers only, codes by name. Fields nobody knows are reported, not refused.

use crate::outcome::Mirror;
use crate::{
    Accumulators, AidClass, Class, Day, Delta, Encounter, Filing, Level, Line, LineSplit, MedType, Outcome, Person,
    Pool, Refusal, Region, Relative, Union,
};
use kernel::{Bp, Error, Fen};
use serde_json::{Map, Value};

/// An object being read: which fields were asked for is remembered.
struct Fields<'a> {
    of: &'a Map<String, Value>,
    known: Vec<&'static str>,
    at: String,
}

impl<'a> Fields<'a> {
    fn of(value: &'a Value, at: impl Into<String>) -> Result<Self, Error> {
        let at = at.into();
        let of = value.as_object().ok_or_else(|| Refusal::CodeUnknown.at(&at).with("not an object"))?;
        Ok(Self { of, known: Vec::new(), at })
    }

    fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.of.get(name).filter(|value| !value.is_null())
    }

    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}/{name}", self.at) }
    }

    fn integer(&mut self, name: &'static str) -> Result<Option<i64>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let read = value
            .as_i64()
            .ok_or_else(|| Refusal::AmountOutOfRange.at(self.path(name)).with(format!("{value} is no whole number")));
        read.map(Some)
    }

    fn fen(&mut self, name: &'static str) -> Result<Fen, Error> {
        self.integer(name).map(|read| Fen(read.unwrap_or(0)))
    }

    fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let read = match value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => {
                number.as_i64().filter(|number| (0..=1).contains(number)).map(|number| number == 1)
            }
            Value::String(text) => match text.as_str() {
                "0" | "false" => Some(false),
                "1" | "true" => Some(true),
                _ => None,
            },
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        read.map(Some).ok_or_else(|| Refusal::CodeUnknown.at(self.path(name)).with("neither true nor false"))
    }

    fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| Refusal::CodeUnknown.at(self.path(name)).with("not a text"))
    }

    fn coded<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
        no: Refusal,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        read(text).map(Some).ok_or_else(|| no.at(self.path(name)).with(format!("`{text}`")))
    }

    /// Paths of fields that nobody asked for.
    fn unknown(&self, into: &mut Vec<String>) {
        into.extend(self.of.keys().filter(|key| !self.known.contains(&key.as_str())).map(|key| self.path(key)));
    }
}

fn narrow<T: TryFrom<i64>>(read: Option<i64>, no: Refusal, at: String) -> Result<Option<T>, Error> {
    read.map(|number| T::try_from(number).map_err(|_beyond| no.at(at).with(number.to_string()))).transpose()
}

/// What a step of a case may restate about the person.
pub(crate) const PERSON_FIELDS: &[&str] =
    &["age", "retired", "civil_servant", "enterprise", "family_doctor", "aid_class"];

impl Person {
    /// Takes over what is said anew, keeps the rest.
    pub(crate) fn restate(&mut self, value: &Value) -> Result<(), Error> {
        let said = Self::from_json(value, &mut Vec::new())?;
        let has = |name: &str| value.get(name).is_some();
        for (name, flag, new) in [
            ("retired", &mut self.retired, said.retired),
            ("civil_servant", &mut self.civil_servant, said.civil_servant),
            ("enterprise", &mut self.enterprise, said.enterprise),
            ("family_doctor", &mut self.family_doctor, said.family_doctor),
        ] {
            if has(name) {
                *flag = new;
            }
        }
        if has("age") {
            self.age = said.age;
        }
        if has("aid_class") {
            self.aid_class = said.aid_class;
        }
        Ok(())
    }

    /// Reads a person; names of fields nobody knows are added to `unknown`.
    pub fn from_json(value: &Value, unknown: &mut Vec<String>) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "person")?;
        let age = fields.integer("age")?;
        let mut person = Self {
            age: narrow(age, Refusal::PersonOutOfRange, "person/age".to_owned())?.unwrap_or(0),
            retired: fields.flag("retired")?.unwrap_or(false),
            civil_servant: fields.flag("civil_servant")?.unwrap_or(false),
            enterprise: fields.flag("enterprise")?.unwrap_or(false),
            family_doctor: fields.flag("family_doctor")?.unwrap_or(false),
            aid_class: fields.coded("aid_class", AidClass::read, Refusal::CodeUnknown)?,
            mutual: Vec::new(),
        };
        if let Some(list) = fields.get("mutual") {
            let list = list.as_array().ok_or_else(|| Refusal::PersonOutOfRange.at("person/mutual"))?;
            for (place, relative) in list.iter().enumerate() {
                let mut of = Fields::of(relative, format!("person/mutual/{place}"))?;
                let owner = of.text("owner")?.ok_or_else(|| Refusal::PersonOutOfRange.at("person/mutual"))?.to_owned();
                person.mutual.push(Relative { owner, limit: of.integer("limit")?.map(Fen) });
                of.unknown(unknown);
            }
        }
        fields.unknown(unknown);
        Ok(person)
    }
}

const TABLES: [&str; 3] = ["dedc_used", "inscp", "pool_paid"];

impl Accumulators {
    /// Reads accumulators; what is absent is zero.
    pub fn from_json(value: &Value, unknown: &mut Vec<String>) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "accumulators")?;
        let no = Refusal::AccumulatorsOutOfRange;
        let mut tables = [[Fen::ZERO; 3]; 3];
        for (name, table) in TABLES.into_iter().zip(&mut tables) {
            let Some(value) = fields.get(name) else { continue };
            let mut of = Fields::of(value, fields.path(name))?;
            for (pool, slot) in Pool::ALL.iter().zip(table) {
                *slot = of.fen(pool.code())?;
            }
            of.unknown(unknown);
        }
        let [dedc_used, inscp, pool_paid] = tables;
        let year = fields.integer("year")?;
        let version = fields.integer("version")?;
        let mut to = Self {
            year: narrow(year, no, "accumulators/year".to_owned())?.unwrap_or(0),
            version: narrow(version, no, "accumulators/version".to_owned())?.unwrap_or(0),
            admissions: fields.integer("admissions")?.unwrap_or(0),
            dedc_used,
            inscp,
            pool_paid,
            hifob_paid: fields.fen("hifob_paid")?,
            mi_base: fields.fen("mi_base")?,
            mi_paid: fields.fen("mi_paid")?,
            maf_base: fields.fen("maf_base")?,
            maf_paid: fields.fen("maf_paid")?,
            cvl_paid: fields.fen("cvl_paid")?,
            acct_balance: fields.fen("acct_balance")?,
            acct_current_year: fields.fen("acct_current_year")?,
            mutual: Vec::new(),
        };
        to.mutual = owners(fields.get("mutual"))?;
        fields.unknown(unknown);
        Ok(to)
    }

    /// In the form of the golden cases.
    pub fn to_json(&self) -> Value {
        let mut to = Map::new();
        to.insert("year".into(), self.year.into());
        to.insert("version".into(), self.version.into());
        to.insert("admissions".into(), self.admissions.into());
        for (name, table) in TABLES.into_iter().zip([self.dedc_used, self.inscp, self.pool_paid]) {
            let of = Pool::ALL.iter().zip(table).map(|(pool, fen)| (pool.code().to_owned(), Value::from(fen.0)));
            to.insert(name.into(), Value::Object(of.collect()));
        }
        put(
            &mut to,
            &[
                ("hifob_paid", self.hifob_paid),
                ("mi_base", self.mi_base),
                ("mi_paid", self.mi_paid),
                ("maf_base", self.maf_base),
                ("maf_paid", self.maf_paid),
                ("cvl_paid", self.cvl_paid),
                ("acct_balance", self.acct_balance),
                ("acct_current_year", self.acct_current_year),
            ],
        );
        to.insert("mutual".into(), by_owner(&self.mutual));
        Value::Object(to)
    }
}

fn owners(value: Option<&Value>) -> Result<Vec<(String, Fen)>, Error> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let no = || Refusal::AccumulatorsOutOfRange.at("mutual");
    let of = value.as_object().ok_or_else(no)?;
    of.iter().map(|(owner, fen)| Ok((owner.clone(), Fen(fen.as_i64().ok_or_else(no)?)))).collect()
}

fn by_owner(of: &[(String, Fen)]) -> Value {
    Value::Object(of.iter().map(|(owner, fen)| (owner.clone(), Value::from(fen.0))).collect())
}

fn put(to: &mut Map<String, Value>, amounts: &[(&str, Fen)]) {
    for (name, fen) in amounts {
        to.insert((*name).to_owned(), fen.0.into());
    }
}

impl Delta {
    /// In the form of the golden cases.
    pub fn to_json(&self) -> Value {
        let mut to = Map::new();
        to.insert("admissions".into(), self.admissions.into());
        for (name, fen) in TABLES.into_iter().zip([self.dedc_used, self.inscp, self.pool_paid]) {
            let of = [(self.pool.code().to_owned(), Value::from(fen.0))];
            to.insert(name.into(), Value::Object(of.into_iter().collect()));
        }
        put(
            &mut to,
            &[
                ("hifob_paid", self.hifob_paid),
                ("mi_base", self.mi_base),
                ("mi_paid", self.mi_paid),
                ("maf_base", self.maf_base),
                ("maf_paid", self.maf_paid),
                ("cvl_paid", self.cvl_paid),
                ("acct_balance", self.acct_balance),
                ("acct_current_year", self.acct_current_year),
            ],
        );
        to.insert("mutual".into(), by_owner(&self.mutual));
        Value::Object(to)
    }

    /// The other way of [`Delta::to_json`].
    pub fn from_json(value: &Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "delta")?;
        let no = || Refusal::StoredUnreadable.at("delta");
        let named = fields.get("dedc_used").and_then(Value::as_object).and_then(|of| of.keys().next());
        let pool = named.and_then(|name| Pool::read(name)).ok_or_else(no)?;
        let mut of_pool = |name: &'static str| {
            let value = fields.get(name).and_then(|table| table.get(pool.code()));
            value.and_then(Value::as_i64).map(Fen).ok_or_else(no)
        };
        let (dedc_used, inscp, pool_paid) = (of_pool("dedc_used")?, of_pool("inscp")?, of_pool("pool_paid")?);
        let mut to = Self {
            pool,
            admissions: fields.integer("admissions")?.unwrap_or(0),
            dedc_used,
            inscp,
            pool_paid,
            hifob_paid: fields.fen("hifob_paid")?,
            mi_base: fields.fen("mi_base")?,
            mi_paid: fields.fen("mi_paid")?,
            maf_base: fields.fen("maf_base")?,
            maf_paid: fields.fen("maf_paid")?,
            cvl_paid: fields.fen("cvl_paid")?,
            acct_balance: fields.fen("acct_balance")?,
            acct_current_year: fields.fen("acct_current_year")?,
            mutual: Vec::new(),
        };
        to.mutual = owners(fields.get("mutual"))?;
        Ok(to)
    }
}

/// Whether the person's own account is to be left alone, under its names.
fn account_refused(fields: &mut Fields<'_>) -> Result<bool, Error> {
    let mut refused = fields.flag("account_refused")?.unwrap_or(false);
    for used in ["acct_used_flag", "use_account"] {
        refused |= fields.flag(used)? == Some(false);
    }
    Ok(refused)
}

impl Encounter {
    /// Reads an encounter and the ids of its lines.
    pub fn from_json(value: &Value, unknown: &mut Vec<String>) -> Result<(Self, Vec<String>), Error> {
        let mut fields = Fields::of(value, "")?;
        let year = fields.integer("year")?;
        let year = narrow(year, Refusal::OtherYear, "year".to_owned())?.ok_or_else(|| Refusal::OtherYear.at("year"))?;
        let med_type = fields.coded("med_type", MedType::read, Refusal::MedTypeUnknown)?;
        let med_type = med_type.ok_or_else(|| Refusal::MedTypeUnknown.at("med_type"))?;
        let level = fields.coded("level", Level::read, Refusal::LevelUnknown)?;
        let level = level.ok_or_else(|| Refusal::LevelUnknown.at("level"))?;
        let mut to = Self::new(year, med_type, level, Vec::new());
        to.region = fields.coded("region", Region::read, Refusal::CodeUnknown)?.unwrap_or(Region::Home);
        to.filing = fields.coded("filing", Filing::read, Refusal::CodeUnknown)?.unwrap_or(Filing::Unfiled);
        to.begin = fields.coded("begin", Day::read, Refusal::DatesReversed)?;
        to.end = fields.coded("end", Day::read, Refusal::DatesReversed)?;
        to.mid_stay = fields.flag("mid_setl_flag")?.unwrap_or(false);
        to.continuation = fields.flag("continuation")?.unwrap_or(false);
        to.suspended = fields.flag("benefit_suspended")?.unwrap_or(false);
        to.account_refused = account_refused(&mut fields)?;
        to.hosp_part = fields.fen("hosp_part")?;
        to.total = fields.integer("medfee_sumamt")?.map(Fen);
        let mut ids = Vec::new();
        if let Some(items) = fields.get("items") {
            let items = items.as_array().ok_or_else(|| Refusal::CodeUnknown.at("items").with("not a list"))?;
            for (place, item) in items.iter().enumerate() {
                let mut of = Fields::of(item, format!("items/{place}"))?;
                ids.push(of.text("id")?.unwrap_or_default().to_owned());
                to.lines.push(line(&mut of)?);
                of.unknown(unknown);
            }
        }
        for known in ["op", "expect"].iter().chain(PERSON_FIELDS) {
            let _skipped = fields.get(known);
        }
        fields.unknown(unknown);
        Ok((to, ids))
    }
}

fn line(fields: &mut Fields<'_>) -> Result<Line, Error> {
    let class = fields.coded("class", Class::read, Refusal::ClassUnknown)?;
    let amount = fields.integer("amount")?.ok_or_else(|| Refusal::AmountOutOfRange.at(fields.path("amount")))?;
    let bp = fields.integer("selfpay_bp")?;
    Ok(Line {
        class: class.ok_or_else(|| Refusal::ClassUnknown.at(fields.path("class")))?,
        amount: Fen(amount),
        qty_milli: fields.integer("qty_milli")?.unwrap_or(if amount < 0 { -1000 } else { 1000 }),
        selfpay_bp: narrow(bp, Refusal::RateOutOfRange, fields.path("selfpay_bp"))?.unwrap_or(0),
        limit_price: fields.integer("limit_price")?.map(Fen),
    })
}

impl Union {
    /// Reads a union programme.
    pub fn from_json(value: &Value) -> Result<Self, Error> {
        let mut fields = Fields::of(value, "union")?;
        let bp = fields.integer("bp")?;
        Ok(Self {
            threshold: fields.fen("threshold")?,
            bp: Bp(narrow(bp, Refusal::RateOutOfRange, "union/bp".to_owned())?.unwrap_or(0)),
            cap: fields.integer("cap")?.map(Fen),
        })
    }
}

impl Outcome {
    /// In the form of the golden cases; `ids` name the lines in order.
    pub fn to_json(&self, person: &Person, ids: &[String]) -> Value {
        let mut to = Map::new();
        put(
            &mut to,
            &[
                ("medfee_sumamt", self.medfee_sumamt),
                ("fulamt_ownpay_amt", self.fulamt_ownpay_amt),
                ("overlmt_selfpay", self.overlmt_selfpay),
                ("preselfpay_amt", self.preselfpay_amt),
                ("inscp_scp_amt", self.inscp_scp_amt),
                ("dedc_std", self.dedc_std),
                ("act_pay_dedc", self.act_pay_dedc),
                ("over_cap_base", self.over_cap_base),
                ("hifp_pay", self.hifp_pay),
                ("hifob_pay", self.hifob_pay),
                ("hifmi_pay", self.hifmi_pay),
                ("cvlserv_pay", self.cvlserv_pay),
                ("maf_pay", self.maf_pay),
                ("hifes_pay", self.hifes_pay),
                ("oth_pay", self.oth_pay),
                ("fund_pay_sumamt", self.fund_pay_sumamt),
                ("hosp_part_amt", self.hosp_part_amt),
                ("psn_part_amt", self.psn_part_amt),
                ("acct_pay", self.acct_pay),
                ("acct_mulaid_pay", self.acct_mulaid_pay),
            ],
        );
        let detail = self.acct_mulaid_detail.iter().filter_map(|(place, fen)| {
            person.mutual.get(*place).map(|relative| (relative.owner.clone(), Value::from(fen.0)))
        });
        to.insert("acct_mulaid_detail".into(), Value::Object(detail.collect()));
        put(&mut to, &[("psn_cash_pay", self.psn_cash_pay), ("balc", self.balc)]);
        let line = |(place, line): (usize, &LineSplit)| {
            let mut of = Map::new();
            put(
                &mut of,
                &[
                    ("fulamt_ownpay", line.fulamt_ownpay),
                    ("overlmt_selfpay", line.overlmt_selfpay),
                    ("preselfpay", line.preselfpay),
                    ("inscp", line.inscp),
                ],
            );
            of.insert("id".into(), ids.get(place).map_or(Value::Null, |id| id.as_str().into()));
            Value::Object(of)
        };
        to.insert("lines".into(), self.lines.iter().enumerate().map(line).collect());
        to.insert("delta".into(), self.delta.to_json());
        Value::Object(to)
    }
}

impl Mirror {
    /// In the form of the golden cases.
    pub fn to_json(&self) -> Value {
        let mut to = Map::new();
        put(
            &mut to,
            &[
                ("medfee_sumamt", self.medfee_sumamt),
                ("fulamt_ownpay_amt", self.fulamt_ownpay_amt),
                ("overlmt_selfpay", self.overlmt_selfpay),
                ("preselfpay_amt", self.preselfpay_amt),
                ("inscp_scp_amt", self.inscp_scp_amt),
                ("act_pay_dedc", self.act_pay_dedc),
                ("over_cap_base", self.over_cap_base),
                ("hifp_pay", self.hifp_pay),
                ("hifob_pay", self.hifob_pay),
                ("hifmi_pay", self.hifmi_pay),
                ("cvlserv_pay", self.cvlserv_pay),
                ("maf_pay", self.maf_pay),
                ("hifes_pay", self.hifes_pay),
                ("oth_pay", self.oth_pay),
                ("fund_pay_sumamt", self.fund_pay_sumamt),
                ("hosp_part_amt", self.hosp_part_amt),
                ("psn_part_amt", self.psn_part_amt),
                ("acct_pay", self.acct_pay),
                ("acct_mulaid_pay", self.acct_mulaid_pay),
                ("psn_cash_pay", self.psn_cash_pay),
            ],
        );
        Value::Object(to)
    }
}
