//! The line each resource gives the timeline.

use fhir::{Flag, Lane, facts};
use serde_json::{Value, json};

/// Microseconds of 2026-11-18T09:40:00 in China.
const AT: i64 = 1_794_966_000_000_000;
const SUBJECT: &str = "Patient/1";

/// Lane, title, value, flag and status of a resource.
fn check(resource: Value, lane: Lane, title: &str, value: &str, flag: Flag, status: &str) {
    // Through text, so that the digits are those written.
    let resource: Value = serde_json::from_str(&resource.to_string()).expect("it is JSON");
    let facts = facts(&resource).expect("the type is stored");
    let found = (facts.lane, facts.title.as_ref(), facts.value.as_ref(), facts.flag, facts.status);
    assert_eq!(found, (lane, title, value, flag, status), "{resource}");
}

fn with(kind: &str, more: Value) -> Value {
    let mut resource = json!({ "resourceType": kind });
    for (key, value) in more.as_object().expect("an object") {
        resource[key] = value.clone();
    }
    resource
}

fn number(digits: &str) -> Value {
    serde_json::from_str(digits).expect("a number")
}

#[test]
fn results() {
    let glucose = |value: &str, more: Value| {
        let mut resource = json!({
            "status": "final",
            "code": { "text": "糖化血红蛋白", "coding": [{ "system": "http://loinc.org", "code": "4548-4" }] },
            "valueQuantity": { "value": number(value), "unit": "%" },
        });
        for (key, value) in more.as_object().expect("an object") {
            resource[key] = value.clone();
        }
        with("Observation", resource)
    };
    let range = json!({ "referenceRange": [{ "low": { "value": 4 }, "high": { "value": 6, "unit": "%" } }] });
    let code = |code: &str| json!({ "interpretation": [{ "coding": [{ "code": code }] }] });
    for (value, more, flag) in [
        ("7.10", json!({}), Flag::None),
        ("7.10", range.clone(), Flag::High),
        ("3.9", range.clone(), Flag::Low),
        ("6.0", range.clone(), Flag::None),
        ("7.10", json!({ "referenceRange": [{ "high": { "value": 6, "unit": "g/L" } }] }), Flag::None),
        (
            "7.10",
            json!({ "referenceRange": [{ "high": { "value": 6 }, "age": { "low": { "value": 1 } } }] }),
            Flag::None,
        ),
        ("7.10", code("HH"), Flag::Critical),
        ("7.10", code("N"), Flag::None),
        ("7.10", code("A"), Flag::Abnormal),
        ("7.10", code("L"), Flag::Low),
    ] {
        check(glucose(value, more), Lane::Lab, "糖化血红蛋白", &format!("{value} %"), flag, "final");
    }
    let pressure = |code: &str, value: &str| {
        json!({
            "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
            "valueQuantity": { "value": number(value), "unit": "mm[Hg]" },
            "referenceRange": [{ "high": { "value": 140, "unit": "mm[Hg]" } }],
        })
    };
    let component = json!([pressure("8462-4", "84"), pressure("8480-6", "152.0")]);
    check(
        with("Observation", json!({ "status": "final", "code": { "text": "血压" }, "component": component })),
        Lane::Lab,
        "血压",
        "152.0/84 mmHg",
        Flag::High,
        "final",
    );
    let survey = json!({
        "code": { "coding": [{ "display": "Smoking" }] },
        "category": [{ "coding": [{ "code": "survey" }] }],
        "valueCodeableConcept": { "coding": [{ "code": "1", "display": "Never smoker" }] },
    });
    check(with("Observation", survey), Lane::Other, "Smoking", "Never smoker", Flag::None, "");
    let panel = json!({
        "code": {},
        "component": [
            { "code": { "text": "RBC" }, "valueQuantity": { "value": number("4.50"), "unit": "10*12/L" } },
            { "code": { "text": "Rh" }, "valueString": "+" },
        ],
    });
    check(with("Observation", panel), Lane::Lab, "Observation", "RBC 4.50 10¹²/L, Rh +", Flag::None, "");
    let report = |more: Value| {
        let mut report = with("DiagnosticReport", json!({ "status": "final", "code": { "text": "胸部平扫" } }));
        for (key, value) in more.as_object().expect("an object") {
            report[key] = value.clone();
        }
        report
    };
    for (more, lane, value) in [
        (json!({ "conclusion": "未见异常" }), Lane::Lab, "未见异常"),
        (json!({ "category": [{ "coding": [{ "code": "RAD" }] }] }), Lane::Imaging, ""),
        (json!({ "category": [{ "text": "影像检查" }] }), Lane::Imaging, ""),
        (json!({ "imagingStudy": [{ "reference": "ImagingStudy/1" }] }), Lane::Imaging, ""),
        (
            json!({ "code": { "text": "胸部平扫", "coding": [{ "display": "CT Chest W contrast" }] } }),
            Lane::Imaging,
            "",
        ),
        (json!({ "code": { "text": "胸部平扫", "coding": [{ "display": "Chest CT" }] } }), Lane::Imaging, ""),
        (
            json!({ "code": { "text": "胸部平扫", "coding": [{ "display": "Computed Tomography of chest" }] } }),
            Lane::Imaging,
            "",
        ),
        (json!({ "code": { "text": "胸部平扫", "coding": [{ "display": "LACTATE in Blood" }] } }), Lane::Lab, ""),
        (json!({ "result": [{ "display": "Hb" }, { "display": "WBC" }] }), Lane::Lab, "Hb, WBC"),
    ] {
        check(report(more), lane, "胸部平扫", value, Flag::None, "final");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one row a type")]
fn one_line_for_each_type() {
    use Lane as L;
    let concept = |text: &str| json!({ "text": text });
    let reference = |text: &str| json!({ "display": text });
    let quantity = |value: &str, unit: &str| json!({ "value": number(value), "unit": unit });
    for (kind, more, lane, title, value, status) in [
        (
            "Encounter",
            json!({ "status": "finished", "class": { "code": "AMB" }, "type": [concept("内科门诊")],
                "reasonCode": [concept("咳嗽")], "serviceProvider": reference("云州一院") }),
            L::Visit,
            "内科门诊",
            "咳嗽 · 云州一院",
            "finished",
        ),
        ("Encounter", json!({ "class": { "code": "EMER", "display": "emergency" } }), L::Visit, "emergency", "", ""),
        (
            "Condition",
            json!({ "code": concept("高血压"), "severity": concept("中度"),
                "clinicalStatus": { "coding": [{ "code": "active" }] } }),
            L::Problem,
            "高血压",
            "中度",
            "active",
        ),
        (
            "MedicationRequest",
            json!({ "status": "active", "medicationCodeableConcept": concept("氨氯地平片"),
                "dosageInstruction": [{ "text": "每日一次，每次 5 mg" }] }),
            L::Medication,
            "氨氯地平片",
            "每日一次，每次 5 mg",
            "active",
        ),
        (
            "MedicationRequest",
            json!({ "contained": [{ "resourceType": "Medication", "id": "m", "code": concept("阿司匹林") }],
                "medicationReference": { "reference": "#m" },
                "dispenseRequest": { "quantity": quantity("30", "片") } }),
            L::Medication,
            "阿司匹林",
            "30 片",
            "",
        ),
        (
            "MedicationStatement",
            json!({ "medicationReference": reference("胰岛素"), "dosage": [{ "doseAndRate": [
                { "doseQuantity": quantity("8", "U") }], "timing": { "code": concept("睡前") } }] }),
            L::Medication,
            "胰岛素",
            "8 U · 睡前",
            "",
        ),
        (
            "MedicationAdministration",
            json!({ "medicationCodeableConcept": concept("生理盐水"),
                "dosage": { "dose": quantity("500", "mL"), "route": concept("静脉") } }),
            L::Medication,
            "生理盐水",
            "500 mL · 静脉",
            "",
        ),
        (
            "MedicationDispense",
            json!({ "medicationCodeableConcept": concept("布洛芬"), "quantity": quantity("24", "粒"),
                "daysSupply": quantity("6", "d") }),
            L::Medication,
            "布洛芬",
            "24 粒 · 6 d",
            "",
        ),
        (
            "Procedure",
            json!({ "status": "completed", "code": concept("阑尾切除术"), "outcome": concept("成功") }),
            L::Procedure,
            "阑尾切除术",
            "成功",
            "completed",
        ),
        (
            "Immunization",
            json!({ "status": "completed", "vaccineCode": concept("流感疫苗"), "lotNumber": "A12",
                "protocolApplied": [{ "doseNumberPositiveInt": 2, "seriesDosesPositiveInt": 3 }] }),
            L::Vaccine,
            "流感疫苗",
            "2/3 · A12",
            "completed",
        ),
        (
            "Immunization",
            json!({ "status": "not-done", "vaccineCode": concept("流感疫苗"), "statusReason": concept("发热") }),
            L::Vaccine,
            "流感疫苗",
            "发热",
            "not-done",
        ),
        (
            "ImagingStudy",
            json!({ "status": "available", "modality": [{ "code": "CT" }], "numberOfSeries": 2,
                "numberOfInstances": 240, "series": [{ "bodySite": { "display": "胸部" } }] }),
            L::Imaging,
            "CT 胸部",
            "CT · 胸部 · 2/240",
            "available",
        ),
        (
            "CarePlan",
            json!({ "status": "active", "category": [concept("糖尿病管理")], "activity": [
                { "detail": { "code": concept("控制饮食") } }, { "reference": reference("复查") }] }),
            L::Other,
            "糖尿病管理",
            "控制饮食, 复查",
            "active",
        ),
        (
            "CareTeam",
            json!({ "name": "家庭医生团队", "participant": [{ "member": reference("李医生") }] }),
            L::Other,
            "家庭医生团队",
            "李医生",
            "",
        ),
        (
            "Goal",
            json!({ "lifecycleStatus": "active", "description": concept("血压达标"),
                "target": [{ "detailRange": { "high": quantity("140", "mmHg") } }] }),
            L::Other,
            "血压达标",
            "≤ 140 mmHg",
            "active",
        ),
        (
            "Claim",
            json!({ "status": "active", "type": concept("门诊"), "item": [{ "productOrService": concept("诊查费") }],
                "total": { "value": number("81.50"), "currency": "CNY" } }),
            L::Insurance,
            "诊查费",
            "81.50 CNY",
            "active",
        ),
        (
            "ExplanationOfBenefit",
            json!({ "type": concept("门诊"), "payment": { "amount": { "value": number("60.00"), "currency": "CNY" } },
                "total": [{ "amount": { "value": number("81.50"), "currency": "CNY" } }] }),
            L::Insurance,
            "门诊",
            "60.00 CNY / 81.50 CNY",
            "",
        ),
        (
            "Coverage",
            json!({ "type": concept("职工医保"), "payor": [reference("云州医保")] }),
            L::Insurance,
            "职工医保",
            "云州医保",
            "",
        ),
        (
            "DocumentReference",
            json!({ "type": concept("出院小结"), "content": [{ "attachment": { "title": "第 3 次住院" } }] }),
            L::Document,
            "出院小结",
            "第 3 次住院",
            "",
        ),
        (
            "Composition",
            json!({ "title": "健康摘要", "section": [{ "title": "过敏" }, { "title": "用药" }] }),
            L::Document,
            "健康摘要",
            "过敏, 用药",
            "",
        ),
        (
            "ServiceRequest",
            json!({ "code": concept("血常规"), "priority": "stat", "category": [{ "coding": [{ "code": "108252007" }] }] }),
            L::Lab,
            "血常规",
            "stat",
            "",
        ),
        (
            "Device",
            json!({ "deviceName": [{ "name": "起搏器" }], "manufacturer": "A", "modelNumber": "B1" }),
            L::Other,
            "起搏器",
            "A · B1",
            "",
        ),
        (
            "Media",
            json!({ "content": { "title": "皮疹照片" }, "bodySite": concept("前臂") }),
            L::Imaging,
            "皮疹照片",
            "前臂",
            "",
        ),
        (
            "Specimen",
            json!({ "type": concept("静脉血"), "collection": { "bodySite": concept("左臂") } }),
            L::Lab,
            "静脉血",
            "左臂",
            "",
        ),
        (
            "QuestionnaireResponse",
            json!({ "status": "completed", "questionnaire": "http://a.example/Questionnaire/smoking|1", "item": [
                { "text": "吸烟", "answer": [{ "valueBoolean": false }] },
                { "item": [{ "text": "年数", "answer": [{ "valueInteger": 3 }] }] }] }),
            L::Document,
            "smoking",
            "吸烟: −; 年数: 3",
            "completed",
        ),
        (
            "Flag",
            json!({ "status": "active", "code": concept("跌倒风险"), "category": [concept("安全")] }),
            L::Problem,
            "跌倒风险",
            "安全",
            "active",
        ),
        (
            "FamilyMemberHistory",
            json!({ "relationship": concept("父亲"), "condition": [{ "code": concept("冠心病") }] }),
            L::Problem,
            "父亲: 冠心病",
            "",
            "",
        ),
        (
            "SupplyDelivery",
            json!({ "suppliedItem": { "itemCodeableConcept": concept("血糖试纸"), "quantity": quantity("50", "条") } }),
            L::Other,
            "血糖试纸",
            "50 条",
            "",
        ),
        (
            "Provenance",
            json!({ "activity": concept("导入"), "agent": [{ "who": reference("云州一院") }] }),
            L::Other,
            "导入",
            "云州一院",
            "",
        ),
        (
            "Patient",
            json!({ "name": [{ "text": "旧", "use": "old" }, { "use": "official", "family": "王", "given": ["小明"] }],
                "gender": "male", "birthDate": "1985-11-18" }),
            L::Other,
            "王小明",
            "male · 1985-11-18",
            "",
        ),
        ("Organization", json!({ "name": "云州一院", "type": [concept("医院")] }), L::Other, "云州一院", "医院", ""),
        (
            "Practitioner",
            json!({ "name": [{ "text": "李医生" }], "qualification": [{ "code": concept("主任医师") }] }),
            L::Other,
            "李医生",
            "主任医师",
            "",
        ),
        (
            "PractitionerRole",
            json!({ "practitioner": reference("李医生"), "code": [concept("医师")], "organization": reference("云州一院") }),
            L::Other,
            "李医生 · 医师",
            "云州一院",
            "",
        ),
        ("Location", json!({ "name": "三号楼", "type": [concept("病房")] }), L::Other, "三号楼", "病房", ""),
        (
            "Medication",
            json!({ "code": concept("阿司匹林"), "form": concept("片剂") }),
            L::Other,
            "阿司匹林",
            "片剂",
            "",
        ),
        ("Substance", json!({ "code": concept("花粉"), "description": "春季" }), L::Other, "花粉", "春季", ""),
    ] {
        let flag = if status == "not-done" { Flag::Withdrawn } else { Flag::None };
        check(with(kind, more), lane, title, value, flag, status);
    }
    for kind in fhir::ResourceType::ALL {
        let bare = facts(&json!({ "resourceType": kind.name() })).map(|facts| (facts.title.into_owned(), facts.at));
        assert_eq!(bare, Some((kind.name().to_owned(), None)));
    }
    assert_eq!(facts(&json!({ "resourceType": "Appointment" })), None);
    assert_eq!(facts(&json!([])), None);
}

#[test]
fn an_allergy_that_may_kill_is_critical() {
    let reaction = json!({ "manifestation": [{ "text": "皮疹" }, { "text": "喉头水肿" }], "severity": "severe" });
    let allergy = json!({
        "patient": { "reference": SUBJECT }, "criticality": "high", "code": { "text": "青霉素" },
        "category": ["medication"], "reaction": [reaction],
        "clinicalStatus": { "coding": [{ "code": "active" }] },
    });
    let allergy = with("AllergyIntolerance", allergy);
    check(allergy.clone(), Lane::Allergy, "青霉素", "皮疹, 喉头水肿 (severe)", Flag::Critical, "active");
    assert_eq!(facts(&allergy).and_then(|facts| facts.category), Some(("", "medication")));
}

#[test]
fn when_and_whose() {
    let day = 86_400_000_000;
    let midnight = AT - (9 * 60 + 40) * 60_000_000;
    let patient = json!({ "reference": SUBJECT });
    let visit = json!({ "reference": "Encounter/9" });
    for (kind, more, at, until, encounter) in [
        (
            "Observation",
            json!({ "subject": patient, "encounter": visit, "effectiveDateTime": "2026-11-18T09:40:00+08:00",
            "issued": "2020-01-01T00:00:00Z" }),
            Some(AT),
            None,
            Some("Encounter/9"),
        ),
        ("Observation", json!({ "subject": patient, "issued": "2026-11-18T01:40:00Z" }), Some(AT), None, None),
        (
            "Encounter",
            json!({ "subject": patient, "period": { "start": "2026-11-18", "end": "2026-11-20" } }),
            Some(midnight),
            Some(midnight + 3 * day),
            None,
        ),
        (
            "Encounter",
            json!({ "subject": patient, "period": { "start": "2026-11-18", "end": "2026-11-18T09:40:00+08:00" } }),
            Some(midnight),
            Some(AT),
            None,
        ),
        ("Condition", json!({ "subject": patient, "onsetDateTime": "2026-11-18" }), Some(midnight), None, None),
        (
            "Immunization",
            json!({ "patient": patient, "encounter": visit, "occurrenceDateTime": "2026-11-18" }),
            Some(midnight),
            None,
            Some("Encounter/9"),
        ),
        (
            "Coverage",
            json!({ "beneficiary": patient, "period": { "start": "2026-11-18" } }),
            Some(midnight),
            None,
            None,
        ),
        (
            "Claim",
            json!({ "patient": patient, "created": "2026-11-18", "item": [{ "encounter": [visit] }] }),
            Some(midnight),
            None,
            Some("Encounter/9"),
        ),
        (
            "MedicationStatement",
            json!({ "subject": patient, "context": visit, "dateAsserted": "2026-11-18" }),
            Some(midnight),
            None,
            Some("Encounter/9"),
        ),
        (
            "DocumentReference",
            json!({ "subject": patient, "date": "2026-11-18T01:40:00Z", "context": { "encounter": [visit] } }),
            Some(AT),
            None,
            Some("Encounter/9"),
        ),
        (
            "Provenance",
            json!({ "target": [{ "reference": "Observation/1" }, patient], "recorded": "2026-11-18T01:40:00Z" }),
            Some(AT),
            None,
            None,
        ),
        ("Procedure", json!({ "subject": patient, "performedString": "long ago" }), None, None, None),
    ] {
        let resource = with(kind, more);
        let facts = facts(&resource).expect("the type is stored");
        assert_eq!(
            (facts.at, facts.until, facts.subject, facts.encounter),
            (at, until, Some(SUBJECT), encounter),
            "{resource}"
        );
    }
}

#[test]
fn codes_for_the_index() {
    let observation = with(
        "Observation",
        json!({
            "meta": { "lastUpdated": "2026-11-18T01:40:00Z" },
            "category": [{ "coding": [{ "system": "c", "code": "laboratory" }] }],
            "code": { "coding": [{ "system": "http://loinc.org", "code": "4548-4" }, { "code": "x" }] },
        }),
    );
    let facts = facts(&observation).expect("the type is stored");
    assert_eq!(facts.code, Some(("http://loinc.org", "4548-4")));
    assert_eq!(facts.category, Some(("c", "laboratory")));
    assert_eq!(facts.updated, Some("2026-11-18T01:40:00Z"));
    for code in 1..=11 {
        assert_eq!(Lane::from_code(code).map(Lane::code), Some(code));
    }
    assert_eq!(Flag::from_code(4), Some(Flag::Critical));
}
