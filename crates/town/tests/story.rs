//! Zhou Jingyi's half year, line by line, and what the demo leans on in the others.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use town::{Entry, Plan, Town};

/// 2026-11-18T09:40+08:00.
const NOW: i64 = 1_794_966_000_000_000;

fn town() -> Town {
    Town::new(Plan { seed: 1, people: 100, now_micros: NOW })
}

fn kind(resource: &Value) -> &str {
    resource["resourceType"].as_str().expect("present")
}

fn when(resource: &Value) -> &str {
    let direct = ["effectiveDateTime", "authoredOn", "whenHandedOver", "recordedDate", "started"];
    let found = direct.iter().find_map(|key| resource[key].as_str());
    found.or(resource["period"]["start"].as_str()).unwrap_or("")
}

/// What the timeline counts as one item.
fn is_item(resource: &Value) -> bool {
    matches!(kind(resource), "Encounter" | "DiagnosticReport" | "MedicationRequest" | "MedicationDispense")
}

fn line(entry: &Entry) -> String {
    let resource = &entry.resource;
    let text = match kind(resource) {
        "Encounter" => {
            let reasons = resource["reasonCode"].as_array().expect("present");
            let reasons: Vec<&str> = reasons.iter().filter_map(|one| one["text"].as_str()).collect();
            reasons.join("；")
        }
        "DiagnosticReport" => resource["code"]["text"].as_str().expect("present").to_owned(),
        _ => resource["medicationCodeableConcept"]["text"].as_str().expect("present").to_owned(),
    };
    let kind = match kind(resource) {
        "Encounter" => resource["type"][0]["text"].as_str().expect("present"),
        "DiagnosticReport" => resource["category"][0]["text"].as_str().expect("present"),
        _ => "用药",
    };
    format!("{} {:<3} {kind} {text}", &when(resource)[5..10], entry.institution)
}

const TIMELINE: &str = "\
05-30 by  门诊 高血压2级；首诊，头昏、血压高 1 月
05-30 by  用药 苯磺酸氨氯地平片 2.5 mg
05-30 by  检验 血脂四项
05-30 by  超声 颈动脉超声
06-19 mc  门诊 2型糖尿病；出差途中口干、多饮
06-19 mc  用药 盐酸二甲双胍片 0.5 g
06-19 mc  用药 苯磺酸氨氯地平片 2.5 mg
06-19 mc  检验 肝肾功能
06-19 mc  检验 糖化血红蛋白
06-20 mc  放射 胸片正侧位
07-18 by  门诊 高血压2级；复诊开药
07-18 by  用药 苯磺酸氨氯地平片 2.5 mg
07-18 by  用药 盐酸二甲双胍片 0.5 g
07-18 by  检验 空腹血糖
08-13 yz1 门诊 高血压2级；血压控制不佳，由北苑转来
08-13 yz1 用药 苯磺酸氨氯地平片 5 mg
08-13 yz1 用药 阿托伐他汀钙片 20 mg
08-13 yz1 用药 盐酸二甲双胍片 0.5 g
08-13 yz1 检验 血脂四项
08-15 yz1 心脏超声 超声心动图
09-03 by  门诊 2型糖尿病；糖尿病随访
09-03 by  检验 尿微量白蛋白
09-03 by  用药 盐酸二甲双胍片 0.5 g
09-21 by  门诊 高血压2级；复诊、取药
09-21 by  用药 苯磺酸氨氯地平片 5 mg
09-21 by  用药 阿托伐他汀钙片 20 mg
09-21 by  用药 盐酸二甲双胍片 0.5 g
09-21 by  检验 空腹及餐后 2 小时血糖
10-18 yz1 门诊 高血压2级；复诊，血压好转
10-18 yz1 用药 苯磺酸氨氯地平片 5 mg
10-18 yz1 用药 阿托伐他汀钙片 20 mg
10-18 yz1 用药 盐酸二甲双胍片 0.5 g
10-18 yz1 检验 糖化血红蛋白
10-18 yz1 检验 血脂四项
11-01 lj  急诊 胸闷；胸闷待查，2 小时
11-01 lj  检验 心肌标志物
11-01 lj  CT 胸部 CT 平扫
11-01 lj  用药 复方丹参滴丸 27 mg
11-02 kn  用药 盐酸二甲双胍片 0.5 g
11-18 yz1 门诊 高血压2级；高血压、糖尿病复诊
11-18 yz1 检验 糖化血红蛋白
11-18 yz1 检验 血常规（五分类）
";

#[test]
fn jingyi_has_forty_two_items_in_five_institutions() {
    let entries = town().resources(0);
    // Her first high value lies before the half year.
    let half_year = "2026-05-22";
    let mut items: Vec<&Entry> =
        entries.iter().filter(|entry| is_item(&entry.resource) && when(&entry.resource) >= half_year).collect();
    items.sort_by_key(|entry| when(&entry.resource));
    let mut text = String::new();
    for entry in &items {
        writeln!(text, "{}", line(entry)).unwrap();
    }
    assert_eq!(text, TIMELINE);
    assert_eq!(items.len(), 42);
    let institutions: BTreeSet<&str> = items.iter().map(|entry| entry.institution).collect();
    assert_eq!(institutions, BTreeSet::from(["by", "kn", "lj", "mc", "yz1"]));
}

#[test]
fn her_hba1c_falls_over_three_hospitals() {
    let entries = town().resources(0);
    let values: Vec<(String, &str)> = entries
        .iter()
        .filter(|entry| entry.resource["code"]["text"] == "糖化血红蛋白" && kind(&entry.resource) == "Observation")
        .map(|entry| (entry.resource["valueQuantity"]["value"].to_string(), entry.institution))
        .collect();
    let expected = [("8.2", "by"), ("8.0", "mc"), ("7.7", "yz1"), ("7.1", "yz1")];
    assert_eq!(values, expected.map(|(value, place)| (value.to_owned(), place)));
}

#[test]
fn her_ct_was_read_in_lanjiang_seventeen_days_ago() {
    let entries = town().resources(0);
    let of = |wanted: &str| {
        entries.iter().find(|entry| {
            let code =
                if wanted == "ImagingStudy" { &entry.resource["procedureCode"][0] } else { &entry.resource["code"] };
            kind(&entry.resource) == wanted && code["text"] == "胸部 CT 平扫"
        })
    };
    let report = of("DiagnosticReport").unwrap();
    assert_eq!(report.institution, "lj");
    let resource = &report.resource;
    assert_eq!(resource["issued"], "2026-11-01T18:05:00+08:00");
    assert_eq!(resource["conclusion"], "左肺上叶 4 mm 小结节，建议 12 个月复查；余未见异常。");
    assert_eq!(resource["resultsInterpreter"][0]["display"], "孟思齐");
    assert_eq!(resource["code"]["coding"][1]["code"], "ct-chest");
    let study = &of("ImagingStudy").unwrap().resource;
    assert_eq!(study["series"][2]["numberOfInstances"], 284);
    assert_eq!(study["series"][2]["instance"][0]["number"], 121);
}

#[test]
fn she_must_not_have_penicillin_and_waits_for_a_blood_count() {
    let entries = town().resources(0);
    let allergy = entries.iter().find(|entry| kind(&entry.resource) == "AllergyIntolerance").unwrap();
    assert_eq!(allergy.resource["code"]["text"], "青霉素");
    assert_eq!(allergy.resource["reaction"][0]["manifestation"][0]["text"], "皮疹");
    let waiting: Vec<&Value> =
        entries.iter().map(|entry| &entry.resource).filter(|resource| resource["status"] == "registered").collect();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["code"]["text"], "血常规（五分类）");
    assert!(waiting[0]["issued"].is_null() && waiting[0]["result"].is_null());
    let open = entries.iter().filter(|entry| entry.resource["status"] == "in-progress").count();
    assert_eq!(open, 1);
}

#[test]
fn everybody_named_lives_here() {
    let named = town().named();
    let keys: Vec<&str> = named.iter().map(|one| one.key).collect();
    assert_eq!(keys, ["jingyi", "guilan", "mingxuan", "jianguo", "amara", "unknown"]);
    for one in &named {
        let person = town().person(one.index);
        assert_eq!((person.name.as_str(), person.name_en.as_str()), (one.name, one.name_en));
        assert!(!town().resources(one.index).is_empty(), "{} has no record", one.key);
        for (kin, _) in one.kin {
            assert!(named.iter().any(|other| other.index == *kin));
        }
    }
    let amara = town().person(4);
    assert_eq!((amara.id_kind.key(), amara.insured), ("passport", None));
    let unknown = town().person(5);
    assert_eq!((unknown.id_number, unknown.birth_date, unknown.gender.key()), (None, None, "unknown"));
    assert_eq!(town().person(3).insured.unwrap().region, town::LANJIANG);
    assert_eq!(Town::new(Plan { seed: 1, people: 2, now_micros: NOW }).named().len(), 2);
}
