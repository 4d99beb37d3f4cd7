//! Examinations: the ImagingStudy with its series, and the DiagnosticReport with the text.

use super::results::section;
use super::{Chart, Context, EXAM, LOINC, Letter, SNOMED, coding, institution};
use crate::calendar::Moment;
use crate::imaging::{Exam, Finding, Series};
use crate::json::Json;

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
/// Series of at most this many images list all of them; longer ones only their key image.
const LISTED_IMAGES_MAX: i64 = 2;

impl Chart<'_> {
    pub(super) fn exam(
        &mut self,
        context: &Context<'_>,
        at: Moment,
        exam: &'static Exam,
        finding: &'static Finding,
        reported: Moment,
        signed: Option<(&'static str, &'static str)>,
    ) {
        let study = (!exam.series.is_empty()).then(|| self.study(context, at, exam));
        let done = reported <= self.now;
        let (writer, checker) = signed.unwrap_or_else(|| {
            let place = context.visit.place;
            let doctor = |number| crate::institutions::doctor(place, exam.department, number);
            (doctor(2), doctor(3))
        });
        let id = self.next_id(Letter::Report);
        self.open("DiagnosticReport", &id);
        let json = &mut self.json;
        json.text("status", if done { "final" } else { "registered" });
        let (display, text) = match exam.section {
            "CT" => ("CAT Scan", "CT"),
            "NMR" => ("Nuclear Magnetic Resonance", "磁共振"),
            "RUS" => ("Radiology Ultrasound", "超声"),
            "CUS" => ("Cardiac Ultrasound", "心脏超声"),
            "EC" => ("Electrocardiac (e.g., EKG, EEC, Holter)", "心电"),
            "RAD" => ("Radiology", "放射"),
            _ => ("Other", "其他检查"),
        };
        section(json, exam.section, display, text);
        json.object("code", |to| exam_code(to, exam));
        self.belongs(context, "subject");
        let json = &mut self.json;
        json.moment("effectiveDateTime", at);
        if done {
            json.moment("issued", reported);
        }
        json.only("performer", |to| institution(to, context.institution));
        if done {
            json.list("resultsInterpreter", |list| {
                list.item(|item| item.text("display", writer));
                list.item(|item| item.text("display", checker));
            });
        }
        if let Some(study) = &study {
            json.only("imagingStudy", |item| {
                item.text("reference", &["ImagingStudy/", study.as_str()].concat());
            });
        }
        if done {
            json.text("conclusion", finding.conclusion);
            let text = format!(
                "检查项目：{}\n\n所见\n{}\n\n结论\n{}\n\n报告 {writer} · 审核 {checker}\n",
                exam.name, finding.seen, finding.conclusion
            );
            json.only("presentedForm", |item| {
                item.text("contentType", "text/plain; charset=utf-8");
                item.text("language", "zh-CN");
                item.base64("data", text.as_bytes());
                item.text("title", exam.name);
            });
        }
        self.close(context.institution, "DiagnosticReport");
    }

    fn study(&mut self, context: &Context<'_>, at: Moment, exam: &'static Exam) -> String {
        let id = self.next_id(Letter::Study);
        let number = self.written[Letter::Study as usize];
        let uids = Uids { person: self.person.index, study: number };
        self.open("ImagingStudy", &id);
        self.json.only("identifier", |item| {
            item.text("system", "urn:dicom:uid");
            item.text("value", &["urn:oid:", &uids.uid(0, 0)].concat());
        });
        self.json.text("status", "available");
        self.json.only("modality", |item| dicom(item, exam.modality));
        self.belongs(context, "subject");
        let json = &mut self.json;
        json.moment("started", at);
        let images: i64 = exam.series.iter().map(|series| series.images).sum();
        json.count("numberOfSeries", i64::try_from(exam.series.len()).unwrap_or(0));
        json.count("numberOfInstances", images);
        json.only("procedureCode", |to| exam_code(to, exam));
        json.text("description", exam.name);
        json.list("series", |list| {
            for (position, series) in (1..).zip(exam.series) {
                list.item(|item| write_series(item, exam, series, position, &uids));
            }
        });
        self.close(context.institution, "ImagingStudy");
        id
    }
}

fn write_series(item: &mut Json, exam: &Exam, series: &Series, position: i64, uids: &Uids) {
    item.text("uid", &uids.uid(position, 0));
    item.count("number", position);
    item.object("modality", |to| dicom(to, exam.modality));
    item.text("description", series.description);
    item.count("numberOfInstances", series.images);
    item.object("bodySite", |to| {
        to.text("system", SNOMED);
        to.text("code", exam.site.snomed);
        to.text("display", exam.site.name_en);
    });
    item.list("instance", |list| {
        let listed = if series.images <= LISTED_IMAGES_MAX {
            1..=series.images
        } else {
            let key = series.images * 3 / 7;
            key..=key
        };
        for number in listed {
            list.item(|image| {
                image.text("uid", &uids.uid(position, number));
                image.object("sopClass", |class| {
                    class.text("system", "urn:ietf:rfc:3986");
                    class.text("code", sop_class(exam.modality));
                });
                image.count("number", number);
            });
        }
    });
}

/// DICOM unique ids of one study, under the arc for numbers of our own making (2.25).
struct Uids {
    person: u32,
    study: u32,
}

impl Uids {
    fn uid(&self, series: i64, image: i64) -> String {
        format!("2.25.99{:09}{:04}{series:02}{image:04}", self.person, self.study)
    }
}

fn dicom(to: &mut Json, modality: &str) {
    to.text("system", DICOM);
    to.text("code", modality);
}

fn sop_class(modality: &str) -> &'static str {
    match modality {
        "CT" => "urn:oid:1.2.840.10008.5.1.4.1.1.2",
        "MR" => "urn:oid:1.2.840.10008.5.1.4.1.1.4",
        "DX" => "urn:oid:1.2.840.10008.5.1.4.1.1.1.1",
        _ => "urn:oid:1.2.840.10008.5.1.4.1.1.6.1",
    }
}

fn exam_code(to: &mut Json, exam: &Exam) {
    to.list("coding", |list| {
        coding(list, LOINC, exam.loinc, exam.name_en);
        coding(list, EXAM, exam.code, exam.name);
    });
    to.text("text", exam.name);
}
