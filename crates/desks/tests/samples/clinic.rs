//! The doctor's page in all its states.

use super::{NOW, say};
use desks::clinic::pages::{Closed, Open, Problem, State, clinic};
use kernel::time::{DAY, HOUR, MINUTE, parse};
use web::layout::Desk;
use web::widgets::Flag;
use web::widgets::banner::{Basis, Grant, Insured, Person, Sex};
use web::widgets::report::{Label, Report, ResultLine, Scale, Section};
use web::widgets::timeline::{Entry, Filter, Lane, Span, Timeline};
use web::widgets::trend::{Trend, TrendPoint};
use web::words::{Lang, Word};

pub(crate) fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let page = |state: State| clinic(&desk(lang), &state).into_string();
    let other = Problem::Other {
        fact: say(lang, "这个人今天不共享外院记录。", "This person does not share outside records today."),
        what_to_do: say(lang, "可以只看本院记录。", "You can read your own hospital’s record."),
    };
    vec![
        ("clinic-empty", page(State::Waiting(None))),
        ("clinic-ended", page(State::Waiting(Some(Closed::Ended)))),
        ("clinic-ran-out", page(State::Waiting(Some(Closed::RanOut)))),
        ("clinic-expired", page(State::Refused(Problem::Expired))),
        ("clinic-used", page(State::Refused(Problem::Used))),
        ("clinic-other-region", page(State::Refused(Problem::OtherRegion(say(lang, "澜江市", "Lanjiang"))))),
        ("clinic-unreadable", page(State::Refused(Problem::Unreadable))),
        ("clinic-revoked", page(State::Refused(Problem::Revoked))),
        ("clinic-no-right", page(State::Refused(Problem::NoRight))),
        ("clinic-refused", page(State::Refused(other))),
        ("clinic-full", page(open(lang, "lab-hba1c-1118", Some(hba1c(lang))))),
        ("clinic-imaging", page(open(lang, "img-ct-1101", Some(chest_ct(lang))))),
        ("clinic-medication", page(open(lang, "med-aml", Some(amlodipine(lang))))),
        ("clinic-panel", page(open(lang, "lab-lft-0619", Some(liver_panel(lang))))),
        ("clinic-nothing", page(nothing(lang))),
        ("clinic-crowded", page(crowded(lang))),
    ]
}

fn desk(lang: Lang) -> Desk {
    Desk {
        lang,
        here: "/clinic?person=p0h4k2m8x7d3q5z9&entry=lab-hba1c-1118".into(),
        place: say(lang, "云州市第一人民医院 · 心内科 12 诊室", "Yunzhou First People’s Hospital · Cardiology 12"),
        actor: say(lang, "林若衡 主任医师", "Lin Ruoheng, chief physician"),
        now: NOW,
    }
}

fn person(lang: Lang) -> Person {
    Person {
        name: say(lang, "周静怡", "Zhou Jingyi"),
        sex: Sex::Female,
        age: Some(41),
        masked_id: "9901••••••••0028".into(),
        index: "99.7KQ2-M8XD".into(),
        allergies: vec![say(lang, "青霉素 · 皮疹", "Penicillin · rash")],
        conditions: vec![say(lang, "高血压 2 级", "Hypertension, grade 2"), say(lang, "2 型糖尿病", "Type 2 diabetes")],
        insured: Insured::Plan(say(lang, "职工医保 · 门诊慢病", "Employee plan · chronic care")),
        died_at: None,
    }
}

fn grant() -> Grant {
    Grant { id: "grt-7KQ2M8".into(), basis: Basis::ScanHalfYear, until: NOW + 3 * HOUR + 12 * MINUTE }
}

fn open(lang: Lang, selected: &str, report: Option<Report>) -> State {
    let problem = (selected == "med-aml").then_some(Problem::Expired);
    State::Open(Box::new(Open {
        id: "p0h4k2m8x7d3q5z9".into(),
        past_to: None,
        cut_at: None,
        person: person(lang),
        grant: grant(),
        timeline: timeline(lang, selected),
        report,
        problem,
    }))
}

fn institution(lang: Lang, short: char) -> (String, bool) {
    match short {
        '本' => (say(lang, "云州市第一人民医院", "Yunzhou First People’s Hospital"), true),
        '北' => (say(lang, "北苑社区卫生中心", "Beiyuan Community Centre"), false),
        '澜' => (say(lang, "澜江市人民医院", "Lanjiang People’s Hospital"), false),
        '中' => (say(lang, "澜江市中医院", "Lanjiang TCM Hospital"), false),
        _ => (say(lang, "云州市东港区医院", "Donggang District Hospital"), false),
    }
}

fn at(text: &str) -> i64 {
    parse(&format!("2026-{text}")).unwrap_or_default()
}

/// The story's entries: key, begin, end, lane, Chinese, English, value, flag, and
/// the first character of the institution.
const STORY: &str = "\
lab-hba1c-1118|11-18T09:20||labs|糖化血红蛋白 HbA1c|HbA1c|7.1 %|high|本
lab-cbc-1118|11-18T09:20||labs|血常规|Blood count|||本
vis-1118|11-18T09:41||visits|门诊 心内科|Cardiology visit|||本
img-ct-1101|11-01T17:20||imaging|胸部 CT 平扫|Chest CT|||中
vis-er-1101|11-01T15:10||visits|急诊 胸闷待查|Emergency, chest tightness|||中
lab-tni-1101|11-01T15:40||labs|肌钙蛋白 I|Troponin I|0.01 ng/mL||中
lab-k-1101|11-01T15:40||labs|血钾|Potassium|3.3 mmol/L|low|中
oth-ecg-1101|11-01T15:25||other|心电图|ECG|||中
vac-flu-1028|10-28T10:00||vaccines|流感疫苗|Influenza vaccine|||北
vis-1018|10-18T10:12||visits|门诊 复诊|Follow-up visit|||本
lab-hba1c-1018|10-18T09:05||labs|糖化血红蛋白 HbA1c|HbA1c|7.7 %|high|本
lab-glu-1016|10-16T08:30||labs|空腹血糖|Fasting glucose|8.2 mmol/L|high|本
vis-0921|09-21T09:00||visits|门诊 高血压 2 级|Hypertension visit|||北
lab-cre-0921|09-21T09:30||labs|肌酐|Creatinine|68 µmol/L||北
lab-uma-0903|09-03T08:50||labs|尿微量白蛋白|Urine albumin|18 mg/L||北
vis-0903|09-03T08:40||visits|门诊 慢病随访|Chronic-care visit|||北
img-echo-0815|08-15T14:20||imaging|心超 EF 62%|Echo, EF 62 %|||本
vis-0815|08-15T13:40||visits|门诊 心内科|Cardiology visit|||本
lab-ldl-0813|08-13T08:10||labs|低密度脂蛋白 LDL-C|LDL-C|3.4 mmol/L|high|本
lab-hba1c-0813|08-13T08:10||labs|糖化血红蛋白 HbA1c|HbA1c|8.0 %|high|本
vis-0718|07-18T10:30||visits|门诊 复诊开药|Repeat prescription|||北
lab-glu-0718|07-18T10:00||labs|空腹血糖|Fasting glucose|8.8 mmol/L|high|北
proc-eye-0702|07-02T15:00||procedures|眼底照相|Fundus photography|||东
vis-0702|07-02T14:20||visits|门诊 眼科|Eye clinic|||东
med-met|06-20T00:00||medications|二甲双胍 0.5 g 每日 2 次|Metformin 0.5 g twice a day|||澜
vis-0620|06-20T09:00||visits|门诊 内分泌科|Endocrinology visit|||澜
img-cxr-0620|06-20T10:30||imaging|胸片 正侧位|Chest X-ray|||澜
lab-lft-0619|06-19T08:20||labs|肝肾功能|Liver and kidney panel||high|澜
lab-hba1c-0619|06-19T08:20||labs|糖化血红蛋白 HbA1c|HbA1c|8.6 %|high|澜
dx-dm|06-20T00:00||problems|2 型糖尿病|Type 2 diabetes|||澜
dx-htn|05-30T00:00||problems|高血压 2 级|Hypertension, grade 2|||北
med-amx|07-04T00:00|07-09T00:00|medications|左氧氟沙星|Levofloxacin|||东
med-aml5|08-15T00:00||medications|氨氯地平 5 mg 每日 1 次|Amlodipine 5 mg once a day|||本
med-aml|05-30T00:00|08-15T00:00|medications|氨氯地平 2.5 mg|Amlodipine 2.5 mg|||北
med-ator|08-15T00:00||medications|阿托伐他汀 20 mg 每晚|Atorvastatin 20 mg at night|||本
vis-0530|05-30T09:30||visits|门诊 首诊|First visit|||北
img-us-0528|05-28T09:30||imaging|颈动脉超声|Carotid ultrasound|||北
lab-lip-0528|05-28T08:30||labs|血脂四项|Lipid panel||high|北";

fn story_entry(lang: Lang, row: &str) -> Entry {
    let cells: Vec<&str> = row.split('|').collect();
    let [key, begin, end, lane, zh, en, value, flag, short] = cells[..] else { panic!("nine cells in {row}") };
    let (institution, own) = institution(lang, short.chars().next().unwrap_or('东'));
    let flag = match flag {
        "high" => Flag::High,
        "low" => Flag::Low,
        _ => Flag::None,
    };
    Entry {
        key: key.into(),
        at: at(begin),
        until: (!end.is_empty()).then(|| at(end)),
        lane: Lane::ALL.into_iter().find(|known| known.key() == lane).expect("a lane's key"),
        title: say(lang, zh, en),
        value: (!value.is_empty()).then(|| value.to_owned()),
        flag,
        provenance: format!("{institution} · 2026-{}", &begin[..5]),
        institution,
        own,
    }
}

fn timeline(lang: Lang, selected: &str) -> Timeline {
    let mut entries: Vec<Entry> = STORY.lines().map(|row| story_entry(lang, row)).collect();
    entries.sort_by_key(|entry| -entry.at);
    Timeline {
        path: "/clinic?person=p0h4k2m8x7d3q5z9".into(),
        entries,
        from: NOW - 184 * DAY,
        to: NOW,
        now: NOW,
        filter: Filter::default(),
        earlier_open: selected != "med-aml",
        selected: Some(selected.into()),
    }
}

fn line(
    name: String,
    value: &str,
    unit: &str,
    range: &str,
    numbers: Option<(f64, f64, f64)>,
    flag: Flag,
) -> ResultLine {
    let scale = numbers.map(|(value, low, high)| Scale { value, low, high });
    ResultLine { name, value: value.into(), unit: unit.into(), range: range.into(), scale, flag, key: None }
}

fn report(lang: Lang, key: &str, title: String, lane: Lane, short: char, when: &str, sections: Vec<Section>) -> Report {
    let (institution, own) = institution(lang, short);
    Report {
        key: key.into(),
        title,
        lane,
        institution,
        own,
        at: at(when),
        until: None,
        status: say(lang, "已审核", "final"),
        status_unusual: false,
        sections,
        received_at: at(when) + 42 * MINUTE,
        origin: format!("{key}/_history/1"),
    }
}

fn fact(lang: Lang, word: Word, zh: &str, en: &str) -> (Label, String) {
    (word.into(), say(lang, zh, en))
}

fn hba1c(lang: Lang) -> Report {
    let history = [
        ("06-19T08:20", 8.6, "8.6", '澜'),
        ("08-13T08:10", 8.0, "8.0", '本'),
        ("10-18T09:05", 7.7, "7.7", '本'),
        ("11-18T09:20", 7.1, "7.1", '本'),
    ];
    let points = history.map(|(when, value, text, short)| {
        let (institution, own) = institution(lang, short);
        TrendPoint { at: at(when), value, text: text.into(), flag: Flag::High, institution, own }
    });
    let name = say(lang, "糖化血红蛋白 HbA1c", "HbA1c");
    let trend = Trend { name: name.clone(), unit: "%".into(), points: points.into(), low: Some(4.0), high: Some(6.0) };
    let facts = vec![
        fact(lang, Word::Specimen, "静脉血", "venous blood"),
        fact(lang, Word::Method, "高效液相色谱", "high-performance liquid chromatography"),
        fact(lang, Word::Author, "陈立 · 审核 高远", "Chen Li, verified by Gao Yuan"),
        fact(lang, Word::Code, "LOINC 4548-4", "LOINC 4548-4"),
    ];
    let sections = vec![
        Section::Answer(line(name.clone(), "7.1", "%", "4.0–6.0", Some((7.1, 4.0, 6.0)), Flag::High)),
        Section::Trend(trend),
        Section::Facts(facts),
        Section::Links(
            Word::Related.into(),
            vec![
                ("lab-cbc-1118".into(), say(lang, "血常规", "Blood count")),
                ("vis-1118".into(), say(lang, "门诊 心内科", "Cardiology visit")),
            ],
        ),
    ];
    report(lang, "Observation/lab-hba1c-1118", name, Lane::Labs, '本', "11-18T09:20", sections)
}

fn chest_ct(lang: Lang) -> Report {
    let facts = vec![
        fact(lang, Word::Modality, "CT · 64 排", "CT, 64 rows"),
        fact(lang, Word::BodySite, "胸部", "chest"),
        fact(lang, Word::Study, "CT-A1101-0662", "CT-A1101-0662"),
        fact(lang, Word::Author, "孟思齐 · 审核 高远", "Meng Siqi, verified by Gao Yuan"),
    ];
    let rows = [
        ("2", "定位像", "scout", "2"),
        ("3", "肺窗 5.0 mm", "lung 5.0 mm", "284"),
        ("4", "纵隔窗 5.0 mm", "mediastinum 5.0 mm", "284"),
    ];
    let rows = rows.map(|(series, zh, en, images)| vec![series.to_owned(), say(lang, zh, en), images.to_owned()]);
    let findings = say(
        lang,
        "双肺纹理清晰，左肺上叶见直径约 4 mm 实性小结节，边界清。\n气道通畅，纵隔未见肿大淋巴结。心影不大。",
        "Clear lung markings; a solid nodule of about 4 mm in the left upper lobe, well defined.\nAirways patent, no enlarged mediastinal nodes, heart not enlarged.",
    );
    let conclusion = say(
        lang,
        "左肺上叶 4 mm 小结节，建议 12 个月复查；余未见异常。",
        "4 mm nodule in the left upper lobe; repeat in 12 months. Otherwise normal.",
    );
    let sections = vec![
        Section::Conclusion(Word::Conclusion.into(), conclusion),
        Section::Text(Word::Finding.into(), findings),
        Section::Facts(facts),
        Section::Table(
            Word::Series.into(),
            vec![Word::Series.into(), Word::Description.into(), Word::Images.into()],
            rows.into(),
        ),
        Section::Links(
            Word::Related.into(),
            vec![("vis-er-1101".into(), say(lang, "急诊 胸闷待查", "Emergency, chest tightness"))],
        ),
    ];
    report(
        lang,
        "DiagnosticReport/img-ct-1101",
        say(lang, "胸部 CT 平扫", "Chest CT"),
        Lane::Imaging,
        '中',
        "11-01T17:20",
        sections,
    )
}

fn amlodipine(lang: Lang) -> Report {
    let facts = vec![
        fact(lang, Word::Drug, "苯磺酸氨氯地平片 2.5 mg", "Amlodipine besylate tablets 2.5 mg"),
        fact(lang, Word::Dosage, "每日 1 次，每次 1 片，早饭后", "one tablet once a day, after breakfast"),
        fact(lang, Word::Route, "口服", "by mouth"),
        fact(lang, Word::Quantity, "28 片 × 3", "28 tablets × 3"),
        fact(lang, Word::Reason, "高血压", "hypertension"),
        fact(lang, Word::Doctor, "何敏", "He Min"),
        (Label::Text("ATC".into()), "C08CA01".into()),
    ];
    let mut report = report(
        lang,
        "MedicationRequest/med-aml",
        say(lang, "氨氯地平 2.5 mg", "Amlodipine 2.5 mg"),
        Lane::Medications,
        '北',
        "05-30T00:00",
        vec![Section::Facts(facts)],
    );
    report.until = Some(at("08-15T00:00"));
    report.status = say(lang, "已停用", "stopped");
    report.status_unusual = true;
    report
}

fn liver_panel(lang: Lang) -> Report {
    let mut lines = vec![
        line(say(lang, "丙氨酸氨基转移酶 ALT", "ALT"), "52", "U/L", "7–40", Some((52.0, 7.0, 40.0)), Flag::High),
        line(say(lang, "天门冬氨酸氨基转移酶 AST", "AST"), "31", "U/L", "13–35", Some((31.0, 13.0, 35.0)), Flag::None),
        line(
            say(lang, "总胆红素", "Total bilirubin"),
            "12.30",
            "µmol/L",
            "0–23.0",
            Some((12.3, 0.0, 23.0)),
            Flag::None,
        ),
        line(say(lang, "白蛋白", "Albumin"), "38.6", "g/L", "40.0–55.0", Some((38.6, 40.0, 55.0)), Flag::Low),
        line(say(lang, "血钾", "Potassium"), "6.8", "mmol/L", "3.5–5.3", Some((6.8, 3.5, 5.3)), Flag::Critical),
        line(say(lang, "乙肝表面抗原", "HBsAg"), &say(lang, "阴性", "negative"), "", "", None, Flag::None),
    ];
    if let Some(first) = lines.first_mut() {
        first.key = Some("lab-alt-0619".into());
    }
    let conclusion = say(
        lang,
        "ALT 轻度升高，血钾危急值已电话通知。",
        "ALT slightly raised; the critical potassium was phoned through.",
    );
    let sections = vec![Section::Results(lines), Section::Conclusion(Word::Conclusion.into(), conclusion)];
    report(
        lang,
        "DiagnosticReport/lab-lft-0619",
        say(lang, "肝肾功能", "Liver and kidney panel"),
        Lane::Labs,
        '澜',
        "06-19T08:20",
        sections,
    )
}

fn nothing(lang: Lang) -> State {
    let mut person = person(lang);
    person.allergies.clear();
    person.conditions.clear();
    person.insured = Insured::SelfPay;
    person.died_at = Some(at("11-02T00:00"));
    let mut timeline = timeline(lang, "none");
    timeline.entries.clear();
    timeline.selected = None;
    State::Open(Box::new(Open {
        id: "p0h4k2m8x7d3q5z9".into(),
        past_to: None,
        cut_at: None,
        person,
        grant: Grant { until: NOW + 4 * MINUTE, ..grant() },
        timeline,
        report: None,
        problem: None,
    }))
}

/// More than any page was drawn for: 900 entries over twelve years.
fn crowded(lang: Lang) -> State {
    let mut timeline = timeline(lang, "c-3");
    let shorts = ['本', '北', '澜', '中', '东'];
    let entries = (0..900_usize).map(|number| {
        let lane = Lane::ALL[number % 7];
        let (institution, own) = institution(lang, shorts[number % 5]);
        let at = NOW - i64::try_from(number).unwrap_or_default() * 5 * DAY - 3 * HOUR;
        let title = say(
            lang,
            &format!("第 {number} 条很长很长很长的内容，名称超过一行的检查或者药品"),
            &format!("Entry {number} with a name that is a good deal longer than one line of the list"),
        );
        Entry {
            key: format!("c-{number}"),
            at,
            until: Some(at + 40 * DAY),
            lane,
            title,
            value: None,
            flag: if number % 9 == 0 { Flag::High } else { Flag::None },
            institution,
            own,
            provenance: "HIS".into(),
        }
    });
    timeline.entries = entries.collect();
    timeline.filter.span = Span::Earlier;
    timeline.from = NOW - 4_500 * DAY;
    let mut person = person(lang);
    person.allergies = (1..=9).map(|number| say(lang, &format!("药物 {number}"), &format!("Drug {number}"))).collect();
    let grant =
        Grant { basis: Basis::Other(say(lang, "家庭医生", "family doctor")), until: NOW + 3 * DAY, ..grant() };
    State::Open(Box::new(Open {
        id: "p0h4k2m8x7d3q5z9".into(),
        past_to: Some(NOW - DAY),
        cut_at: Some(2_000),
        person,
        grant,
        timeline,
        report: None,
        problem: None,
    }))
}
