//! What a resource says, in one line a doctor can read in passing.

use std::borrow::Cow;

use serde_json::Value;

use crate::display::{
    coding, concept, concept_at, concepts, digits, dosage, first, items, joined, money, quantity, range, ratio,
    reference_display, text, unit,
};
use crate::kind::ResourceType;

/// The separator of independent particulars in a line.
const DOT: &str = " · ";

pub(super) fn value(kind: ResourceType, resource: &Value) -> Option<Cow<'_, str>> {
    use ResourceType as T;
    match kind {
        T::Observation => observation(resource),
        T::DiagnosticReport => report(resource),
        T::Encounter => encounter(resource),
        T::Condition => condition(resource),
        T::AllergyIntolerance => allergy(resource),
        T::MedicationRequest => dosages(resource, "dosageInstruction")
            .or_else(|| resource.get("dispenseRequest").and_then(|request| quantity(request.get("quantity")?))),
        T::MedicationStatement => dosages(resource, "dosage"),
        T::MedicationAdministration => administered(resource),
        T::MedicationDispense => dispensed(resource),
        T::Procedure => procedure(resource),
        T::Immunization => immunization(resource),
        T::ImagingStudy => imaging_study(resource),
        T::CarePlan => care_plan(resource),
        T::CareTeam => members(resource),
        T::Goal => goal(resource),
        T::Claim => resource.get("total").and_then(money),
        T::ExplanationOfBenefit => benefit(resource),
        T::Coverage => reference_display(resource, "payor").map(Cow::Borrowed),
        T::DocumentReference => document(resource),
        T::Composition => composition(resource),
        T::ServiceRequest => order(resource),
        T::Device => parts([text(resource, "manufacturer"), text(resource, "modelNumber")]),
        T::Media => parts([concept_at(resource, "bodySite"), note(resource)]),
        T::Specimen => parts([resource.get("collection").and_then(|way| concept_at(way, "bodySite")), note(resource)]),
        T::QuestionnaireResponse => answers(resource),
        T::Flag => concepts(resource, "category"),
        T::FamilyMemberHistory => note(resource).map(Cow::Borrowed),
        T::SupplyDelivery => resource.get("suppliedItem").and_then(|item| quantity(item.get("quantity")?)),
        T::Provenance => provenance(resource),
        T::Patient => parts([text(resource, "gender"), text(resource, "birthDate")]),
        T::Organization => concepts(resource, "type"),
        T::Practitioner => joined(
            items(resource, "qualification").iter().filter_map(|held| concept_at(held, "code")).map(Cow::Borrowed),
            ", ",
        ),
        T::PractitionerRole => parts([reference_display(resource, "organization"), concept_at(resource, "specialty")]),
        T::Location => parts([concept_at(resource, "type"), text(resource, "description")]),
        T::Medication => concept_at(resource, "form").map(Cow::Borrowed),
        T::Substance => text(resource, "description").map(Cow::Borrowed),
    }
}

fn parts<const N: usize>(parts: [Option<&str>; N]) -> Option<Cow<'_, str>> {
    joined(parts.into_iter().flatten().map(Cow::Borrowed), DOT)
}

fn note(resource: &Value) -> Option<&str> {
    text(first(resource, "note")?, "text")
}

/// `value[x]`, else the components, else why there is none.
fn observation(resource: &Value) -> Option<Cow<'_, str>> {
    measured(resource)
        .or_else(|| components(resource))
        .or_else(|| concept_at(resource, "dataAbsentReason").map(Cow::Borrowed))
        .or_else(|| note(resource).map(Cow::Borrowed))
}

/// The `value[x]` of an observation, a component or an answer.
fn measured(result: &Value) -> Option<Cow<'_, str>> {
    let (key, value) = result.as_object()?.iter().find(|(key, _)| {
        key.strip_prefix("value").is_some_and(|kind| kind.as_bytes().first().is_some_and(u8::is_ascii_uppercase))
    })?;
    match &key["value".len()..] {
        "Quantity" => quantity(value),
        "CodeableConcept" => concept(value).map(Cow::Borrowed),
        "Coding" => coding(value).map(Cow::Borrowed),
        "Range" => range(value),
        "Ratio" => ratio(value),
        "Period" => period(value),
        "Boolean" => value.as_bool().map(|yes| Cow::Borrowed(if yes { "+" } else { "−" })),
        "Integer" | "Decimal" => digits(value).map(Cow::Borrowed),
        "Reference" => text(value, "display").map(Cow::Borrowed),
        "Attachment" => text(value, "title").map(Cow::Borrowed),
        _ => value.as_str().map(Cow::Borrowed),
    }
}

fn period(value: &Value) -> Option<Cow<'_, str>> {
    let (start, end) = (text(value, "start").unwrap_or_default(), text(value, "end").unwrap_or_default());
    (!start.is_empty() || !end.is_empty()).then(|| Cow::Owned(format!("{start} – {end}")))
}

/// Blood pressure as `132/84 mmHg`, other panels as `name value, …`.
fn components(resource: &Value) -> Option<Cow<'_, str>> {
    let all = items(resource, "component");
    let coded = |wanted: &str| {
        all.iter().find(|component| {
            let codings = component.get("code").map_or(&[][..], |code| items(code, "coding"));
            codings.iter().any(|coding| text(coding, "code") == Some(wanted))
        })
    };
    // LOINC: systolic and diastolic blood pressure.
    if let (Some(systolic), Some(diastolic)) = (coded("8480-6"), coded("8462-4")) {
        let pressure = |component: &Value| component.get("valueQuantity")?.get("value").cloned();
        if let (Some(above), Some(below)) = (pressure(systolic), pressure(diastolic)) {
            let unit = systolic.get("valueQuantity").map(unit).unwrap_or_default();
            return Some(Cow::Owned(format!("{above}/{below} {unit}").trim_end().to_owned()));
        }
    }
    let shown = all.iter().filter_map(|component| {
        let value = measured(component)?;
        Some(match concept_at(component, "code") {
            Some(name) => Cow::Owned(format!("{name} {value}")),
            None => value,
        })
    });
    joined(shown, ", ")
}

/// The conclusion, else its codes, else the names of the results.
fn report(resource: &Value) -> Option<Cow<'_, str>> {
    const RESULTS_MAX: usize = 6;
    if let Some(conclusion) = text(resource, "conclusion") {
        return Some(Cow::Borrowed(conclusion));
    }
    concepts(resource, "conclusionCode")
        .or_else(|| {
            let results = items(resource, "result").iter().filter_map(|result| text(result, "display"));
            joined(results.take(RESULTS_MAX).map(Cow::Borrowed), ", ")
        })
        .or_else(|| text(first(resource, "presentedForm")?, "title").map(Cow::Borrowed))
}

/// Why, and where.
fn encounter(resource: &Value) -> Option<Cow<'_, str>> {
    let reason = concepts(resource, "reasonCode")
        .or_else(|| {
            let found = items(resource, "diagnosis").iter().filter_map(|found| reference_display(found, "condition"));
            joined(found.map(Cow::Borrowed), ", ")
        })
        .or_else(|| reference_display(resource, "reasonReference").map(Cow::Borrowed));
    let place = reference_display(resource, "serviceProvider").map(Cow::Borrowed);
    joined([reason, place].into_iter().flatten(), DOT)
}

fn condition(resource: &Value) -> Option<Cow<'_, str>> {
    let stage = first(resource, "stage").and_then(|stage| concept_at(stage, "summary"));
    parts([concept_at(resource, "severity"), stage, concept_at(resource, "bodySite"), note(resource)])
}

/// What happens on contact and how badly; else how dangerous it is.
fn allergy(resource: &Value) -> Option<Cow<'_, str>> {
    let reactions = items(resource, "reaction").iter().filter_map(|reaction| {
        let signs = concepts(reaction, "manifestation").or_else(|| text(reaction, "description").map(Cow::Borrowed))?;
        Some(match text(reaction, "severity") {
            Some(severity) => Cow::Owned(format!("{signs} ({severity})")),
            None => signs,
        })
    });
    joined(reactions, ", ").or_else(|| parts([text(resource, "criticality"), note(resource)]))
}

fn dosages<'a>(resource: &'a Value, key: &str) -> Option<Cow<'a, str>> {
    joined(items(resource, key).iter().filter_map(dosage), "; ")
}

fn administered(resource: &Value) -> Option<Cow<'_, str>> {
    let given = resource.get("dosage")?;
    if let Some(words) = text(given, "text") {
        return Some(Cow::Borrowed(words));
    }
    let amount = given.get("dose").and_then(quantity);
    let rate = given.get("rateQuantity").and_then(quantity).or_else(|| given.get("rateRatio").and_then(ratio));
    joined([amount, rate, concept_at(given, "route").map(Cow::Borrowed)].into_iter().flatten(), DOT)
}

fn dispensed(resource: &Value) -> Option<Cow<'_, str>> {
    let amount = resource.get("quantity").and_then(quantity);
    let days = resource.get("daysSupply").and_then(quantity);
    joined([amount, days, dosages(resource, "dosageInstruction")].into_iter().flatten(), DOT)
}

fn procedure(resource: &Value) -> Option<Cow<'_, str>> {
    let reason = concept_at(resource, "reasonCode").or_else(|| reference_display(resource, "reasonReference"));
    parts([concept_at(resource, "bodySite"), concept_at(resource, "outcome"), reason, note(resource)])
}

/// Which dose of how many, how much, which lot; why not, if it was not given.
fn immunization(resource: &Value) -> Option<Cow<'_, str>> {
    if text(resource, "status") == Some("not-done") {
        return concept_at(resource, "statusReason").map(Cow::Borrowed);
    }
    let protocol = first(resource, "protocolApplied");
    let counted = |stem: &str| {
        let protocol = protocol?;
        let number = protocol.get(format!("{stem}PositiveInt")).and_then(digits);
        number.or_else(|| text(protocol, &format!("{stem}String")))
    };
    let dose = counted("doseNumber").map(|dose| match counted("seriesDoses") {
        Some(of) => Cow::Owned(format!("{dose}/{of}")),
        None => Cow::Owned(format!("#{dose}")),
    });
    let amount = resource.get("doseQuantity").and_then(quantity);
    let lot = text(resource, "lotNumber").map(Cow::Borrowed);
    joined([dose, amount, lot].into_iter().flatten(), DOT)
}

/// Modalities, parts of the body, series and pictures.
fn imaging_study(resource: &Value) -> Option<Cow<'_, str>> {
    let series = items(resource, "series");
    let modality = first(resource, "modality").or_else(|| series.first()?.get("modality")).and_then(coding);
    let body = series.first().and_then(|series| series.get("bodySite")).and_then(coding);
    let counts =
        match (resource.get("numberOfSeries").and_then(digits), resource.get("numberOfInstances").and_then(digits)) {
            (Some(series), Some(pictures)) => Some(Cow::Owned(format!("{series}/{pictures}"))),
            _ => None,
        };
    joined([modality.map(Cow::Borrowed), body.map(Cow::Borrowed), counts].into_iter().flatten(), DOT)
}

fn care_plan(resource: &Value) -> Option<Cow<'_, str>> {
    let planned = items(resource, "activity").iter().filter_map(|activity| {
        let detail = activity.get("detail");
        detail
            .and_then(|detail| concept_at(detail, "code").or_else(|| text(detail, "description")))
            .or_else(|| reference_display(activity, "reference"))
    });
    joined(planned.map(Cow::Borrowed), ", ").or_else(|| text(resource, "description").map(Cow::Borrowed))
}

fn members(resource: &Value) -> Option<Cow<'_, str>> {
    let members = items(resource, "participant").iter().filter_map(|one| reference_display(one, "member"));
    joined(members.map(Cow::Borrowed), ", ")
}

fn goal(resource: &Value) -> Option<Cow<'_, str>> {
    let target = first(resource, "target").and_then(|target| {
        let detail = target.get("detailQuantity").and_then(quantity);
        detail
            .or_else(|| target.get("detailRange").and_then(range))
            .or_else(|| concept_at(target, "detailCodeableConcept").map(Cow::Borrowed))
            .or_else(|| text(target, "detailString").map(Cow::Borrowed))
    });
    joined([target, concept_at(resource, "achievementStatus").map(Cow::Borrowed)].into_iter().flatten(), DOT)
}

/// What was paid, of what was submitted.
fn benefit(resource: &Value) -> Option<Cow<'_, str>> {
    let paid = resource.get("payment").and_then(|payment| money(payment.get("amount")?));
    let total = first(resource, "total").and_then(|total| money(total.get("amount")?));
    joined([paid, total].into_iter().flatten(), " / ")
}

fn document(resource: &Value) -> Option<Cow<'_, str>> {
    let title = first(resource, "content").and_then(|content| text(content.get("attachment")?, "title"));
    let custodian = reference_display(resource, "custodian");
    parts([text(resource, "description").or(title), custodian])
}

/// The kind of document and its sections.
fn composition(resource: &Value) -> Option<Cow<'_, str>> {
    let sections = items(resource, "section").iter().filter_map(|section| text(section, "title"));
    joined(sections.map(Cow::Borrowed), ", ").or_else(|| concept_at(resource, "type").map(Cow::Borrowed))
}

fn order(resource: &Value) -> Option<Cow<'_, str>> {
    let reason = concept_at(resource, "reasonCode").or_else(|| reference_display(resource, "reasonReference"));
    let urgent = text(resource, "priority").filter(|priority| *priority != "routine");
    parts([urgent, concept_at(resource, "orderDetail"), concept_at(resource, "bodySite"), reason, note(resource)])
}

/// The first answers, `question: answer`.
fn answers(resource: &Value) -> Option<Cow<'_, str>> {
    const ANSWERS_MAX: usize = 5;
    let mut shown = Vec::new();
    gather(items(resource, "item"), &mut shown, ANSWERS_MAX);
    joined(shown, "; ")
}

fn gather<'a>(questions: &'a [Value], shown: &mut Vec<Cow<'a, str>>, most: usize) {
    for question in questions {
        if shown.len() >= most {
            return;
        }
        if let Some(answer) = joined(items(question, "answer").iter().filter_map(measured), ", ") {
            let words = text(question, "text").unwrap_or_default();
            shown.push(if words.is_empty() { answer } else { Cow::Owned(format!("{words}: {answer}")) });
        }
        gather(items(question, "item"), shown, most);
    }
}

fn provenance(resource: &Value) -> Option<Cow<'_, str>> {
    let agents = items(resource, "agent")
        .iter()
        .filter_map(|agent| reference_display(agent, "onBehalfOf").or_else(|| reference_display(agent, "who")));
    joined(agents.map(Cow::Borrowed), ", ")
}
