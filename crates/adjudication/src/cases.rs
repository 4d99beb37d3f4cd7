//! Cases: a plan author's test bench in the form of the golden file. Runs every step
//! of every case, writes what it expects, and says where that differs from what the
//! file says. Files and terminals are the program's.

use crate::finding::step as pointer_step;
use crate::lint::unreadable;
use crate::{
    Accumulators, Delta, Encounter, Finding, Outcome, Person, Plan, Ready, Refusal, Severity, Union, reverse, union_pay,
};
use kernel::{Error, Rounding};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The format this reads and writes.
pub const FORMAT: &str = "yima-goldens-insurance/1";

/// A file of plans and cases.
#[derive(Debug)]
pub struct Cases {
    document: Value,
    plans: BTreeMap<String, Result<Ready, Vec<Finding>>>,
}

/// A field that is not as the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The case's id.
    pub case: String,
    /// Which field: a JSON pointer below the case.
    pub path: String,
    /// What the file says; nothing where it says nothing.
    pub expected: Option<Value>,
    /// What came out.
    pub found: Option<Value>,
}

/// One step of a case with all that went into it.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Which step.
    pub step: usize,
    /// The person.
    pub person: Person,
    /// Accumulators before the step.
    pub before: Accumulators,
    /// The encounter.
    pub encounter: Encounter,
    /// Ids of its lines.
    pub ids: Vec<String>,
}

/// A step that was run.
struct Ran {
    year: i32,
    outcome: Outcome,
}

/// A case while it runs.
struct Running<'a> {
    ready: &'a Ready,
    person: Person,
    union: Option<Union>,
    years: BTreeMap<i32, Accumulators>,
    ran: Vec<Option<Ran>>,
    settled: Vec<Settled>,
}

impl Cases {
    /// Reads a file of plans and cases.
    pub fn read(text: &str) -> Result<Self, Vec<Finding>> {
        let document: Value = serde_json::from_str(text).map_err(|error| vec![unreadable(&error)])?;
        let finding = |path: &str, en: &str, zh: &str| {
            vec![Finding {
                code: "cases.form",
                path: path.to_owned(),
                en: en.to_owned(),
                zh: zh.to_owned(),
                severity: Severity::Error,
            }]
        };
        if document.get("format").and_then(Value::as_str).is_some_and(|format| format != FORMAT) {
            return Err(finding("/format", &format!("is not {FORMAT}"), &format!("格式不是 {FORMAT}")));
        }
        if document.get("cases").and_then(Value::as_array).is_none() {
            return Err(finding("/cases", "there is no list of cases", "没有 cases 列表"));
        }
        let named = document.get("plans").and_then(Value::as_object).into_iter().flatten();
        let plans = named.map(|(id, plan)| (id.clone(), resolve(id, plan))).collect();
        Ok(Self { document, plans })
    }

    /// The plans' names and what the linter says of each.
    pub fn lint(&self) -> Vec<(String, Vec<Finding>)> {
        let said = |ready: &Result<Ready, Vec<Finding>>| match ready {
            Ok(ready) => ready.plan().lint(),
            Err(findings) => findings.clone(),
        };
        self.plans.iter().map(|(id, ready)| (id.clone(), said(ready))).collect()
    }

    fn list(&self) -> &[Value] {
        self.document.get("cases").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The document with every `expect` computed; names of fields nobody knows are
    /// added to `unknown`.
    pub fn run(&self, unknown: &mut Vec<String>) -> Value {
        let mut document = self.document.clone();
        let computed: Vec<Value> = self.list().iter().map(|case| self.run_case(case, unknown)).collect();
        if let Some(cases) = document.get_mut("cases") {
            *cases = Value::Array(computed);
        }
        document
    }

    /// Where what comes out is not what the file says; steps without `expect` expect
    /// nothing.
    pub fn differences(&self, unknown: &mut Vec<String>) -> Vec<Difference> {
        let mut found = Vec::new();
        for case in self.list() {
            let computed = self.run_case(case, unknown);
            let steps = |of: &Value| of.get("steps").and_then(Value::as_array).cloned().unwrap_or_default();
            for (place, (said, got)) in steps(case).iter().zip(steps(&computed)).enumerate() {
                let Some(expected) = said.get("expect") else { continue };
                let mut paths = Vec::new();
                compare(&format!("/steps/{place}/expect"), Some(expected), got.get("expect"), &mut paths);
                found.extend(paths.into_iter().map(|(path, expected, found)| Difference {
                    case: id_of(case),
                    path,
                    expected,
                    found,
                }));
            }
        }
        found
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// The settled steps of one case and the plan they ran under; `None` when there is
    /// no such case.
    pub fn case(&self, id: &str) -> Option<Result<(&Ready, Vec<Settled>), Error>> {
        let case = self.list().iter().find(|case| id_of(case) == id)?;
        Some(self.start(case, &mut Vec::new()).map(|mut running| {
            for step in steps_of(case) {
                let _expect = running.step(step, &mut Vec::new());
            }
            (running.ready, running.settled)
        }))
    }

    fn start(&self, case: &Value, unknown: &mut Vec<String>) -> Result<Running<'_>, Error> {
        let plan = case.get("plan").and_then(Value::as_str).unwrap_or_default();
        let ready = match self.plans.get(plan) {
            None => return Err(Refusal::PlanMissing.at("plan").with(plan)),
            Some(Err(findings)) => {
                let first =
                    findings.first().map_or_else(String::new, |finding| format!("{}: {}", finding.path, finding.en));
                return Err(Refusal::PlanUnsound.at("plan").with(first));
            }
            Some(Ok(ready)) => ready,
        };
        let person = Person::from_json(case.get("person").unwrap_or(&json!({})), unknown)?;
        let union = case.get("union").map(Union::from_json).transpose()?;
        let mut years = BTreeMap::new();
        for (year, value) in case.get("accumulators_before").and_then(Value::as_object).into_iter().flatten() {
            let mut before = Accumulators::from_json(value, unknown)?;
            let year =
                year.parse().map_err(|_no_year| Refusal::OtherYear.at("accumulators_before").with(year.clone()))?;
            before.year = year;
            years.insert(year, before);
        }
        Ok(Running { ready, person, union, years, ran: Vec::new(), settled: Vec::new() })
    }

    fn run_case(&self, case: &Value, unknown: &mut Vec<String>) -> Value {
        let mut fields = Vec::new();
        let mut running = self.start(case, &mut fields);
        let mut computed = case.clone();
        if let Some(steps) = computed.get_mut("steps").and_then(Value::as_array_mut) {
            for step in steps {
                let expect = match &mut running {
                    Ok(running) => running.step(step, &mut fields),
                    Err(error) => refusal(error),
                };
                if let Some(step) = step.as_object_mut() {
                    step.insert("expect".to_owned(), expect);
                }
            }
        }
        let id = id_of(case);
        unknown.extend(fields.into_iter().map(|field| format!("{id}: {field}")));
        computed
    }
}

fn resolve(id: &str, plan: &Value) -> Result<Ready, Vec<Finding>> {
    let mut plan: Plan = Plan::deserialize_value(plan)?;
    if plan.id.is_empty() {
        id.clone_into(&mut plan.id);
    }
    let findings = plan.lint();
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(findings);
    }
    Ready::of(plan).map_err(|_said_above| findings)
}

fn id_of(case: &Value) -> String {
    case.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn steps_of(case: &Value) -> &[Value] {
    case.get("steps").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A refusal in place of an expectation.
fn refusal(error: &Error) -> Value {
    let mut to = Map::new();
    to.insert("code".to_owned(), error.code().into());
    if let Error::Refused(refused) = error {
        let texts = [("field", &refused.field), ("detail", &refused.detail)];
        for (name, text) in texts {
            if let Some(text) = text {
                to.insert(name.to_owned(), text.as_str().into());
            }
        }
    } else {
        to.insert("detail".to_owned(), error.to_string().into());
    }
    json!({ "refusal": to })
}

impl Running<'_> {
    /// Runs a step and answers what is to be expected of it.
    fn step(&mut self, step: &Value, unknown: &mut Vec<String>) -> Value {
        match self.try_step(step, unknown) {
            Ok(expect) => expect,
            Err(error) => {
                self.ran.push(None);
                refusal(&error)
            }
        }
    }

    fn try_step(&mut self, step: &Value, unknown: &mut Vec<String>) -> Result<Value, Error> {
        match step.get("op").and_then(Value::as_str) {
            Some("settle") | None => self.settle(step, unknown),
            Some("reverse") => self.reverse(step),
            Some(other) => Err(Refusal::CodeUnknown.at("op").with(other)),
        }
    }

    fn settle(&mut self, step: &Value, unknown: &mut Vec<String>) -> Result<Value, Error> {
        let (encounter, ids) = Encounter::from_json(step, unknown)?;
        let person = self.person_at(step)?;
        let year = encounter.year;
        let before = self.years.entry(year).or_insert_with(|| Accumulators::of_year(year)).clone();
        self.settled.push(Settled {
            step: self.ran.len(),
            person: person.clone(),
            before: before.clone(),
            encounter: encounter.clone(),
            ids: ids.clone(),
        });
        let outcome = self.ready.settle(&person, &before, &encounter)?;
        let after = before.after(&outcome.delta)?;
        let mut expect = Map::new();
        expect.insert("result".to_owned(), outcome.to_json(&person, &ids));
        expect.insert("accumulators_after".to_owned(), after.to_json());
        if let Some(union) = &self.union {
            expect.insert("union_pay".to_owned(), union_pay(&outcome, union, self.rounding())?.0.into());
        }
        self.years.insert(year, after);
        self.ran.push(Some(Ran { year, outcome }));
        Ok(Value::Object(expect))
    }

    /// The person as a step finds them: it may restate what has changed since.
    fn person_at(&self, step: &Value) -> Result<Person, Error> {
        let mut person = self.person.clone();
        let mut told = Map::new();
        for name in crate::wire::PERSON_FIELDS {
            if let Some(value) = step.get(*name) {
                told.insert((*name).to_owned(), value.clone());
            }
        }
        if !told.is_empty() {
            person.restate(&Value::Object(told))?;
        }
        Ok(person)
    }

    fn rounding(&self) -> Rounding {
        self.ready.plan().rounds()
    }

    fn reverse(&mut self, step: &Value) -> Result<Value, Error> {
        let no = || Refusal::NotCountedHere.at("step");
        let place = step.get("step").and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok());
        let slot = place.and_then(|place| self.ran.get_mut(place)).ok_or_else(no)?;
        let undone = slot.as_ref().ok_or_else(no)?;
        let year = step.get("year").and_then(Value::as_i64).unwrap_or_else(|| i64::from(undone.year));
        if year != i64::from(undone.year) {
            return Err(no());
        }
        let delta: &Delta = &undone.outcome.delta;
        let now = self.years.get(&undone.year).ok_or_else(no)?;
        let after = reverse(now, delta)?;
        let expect = json!({ "result": undone.outcome.mirrored().to_json(), "accumulators_after": after.to_json() });
        self.years.insert(undone.year, after);
        // A settlement is taken back once.
        *slot = None;
        self.ran.push(None);
        Ok(expect)
    }
}

type Parted = (String, Option<Value>, Option<Value>);

fn compare(path: &str, expected: Option<&Value>, found: Option<&Value>, to: &mut Vec<Parted>) {
    match (expected, found) {
        (Some(Value::Object(said)), Some(Value::Object(got))) => {
            let extra = got.keys().filter(|key| !said.contains_key(*key));
            for key in said.keys().chain(extra) {
                compare(&format!("{path}/{}", pointer_step(key)), said.get(key), got.get(key), to);
            }
        }
        (Some(Value::Array(said)), Some(Value::Array(got))) => {
            for place in 0..said.len().max(got.len()) {
                compare(&format!("{path}/{place}"), said.get(place), got.get(place), to);
            }
        }
        (said, got) if said == got => {}
        (said, got) => to.push((path.to_owned(), said.cloned(), got.cloned())),
    }
}
