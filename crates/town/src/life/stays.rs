//! Stays in hospital: admission, what is measured and done, discharge with drugs, and a visit after.

use super::{Life, Sex};
use crate::calendar::Day;
use crate::diagnoses::{self as dx, Diagnosis};
use crate::drugs::{self as rx, Drug};
use crate::imaging::{self as im, Exam, Finding};
use crate::institutions::{Department as D, doctor};
use crate::labs::{self as lab, Panel, Profile};
use crate::operations::{self as op, Operation};
use crate::visit::{Class, Deed, Standing, Visit};

/// A reason to stay.
pub(super) struct Stay {
    diagnosis: &'static Diagnosis,
    also: &'static [&'static Diagnosis],
    reason: &'static str,
    ages: (i64, i64),
    sex: Sex,
    weight: u32,
    department: D,
    /// Fewest and most nights.
    nights: (i64, i64),
    first: &'static [(&'static Panel, Profile)],
    before_leaving: &'static [(&'static Panel, Profile)],
    exams: &'static [(&'static Exam, &'static Finding)],
    operation: Option<(&'static Operation, i64)>,
    drugs: &'static [&'static Drug],
}

const PLAIN: Stay = Stay {
    diagnosis: &dx::PNEUMONIA,
    also: &[],
    reason: "",
    ages: (18, 120),
    sex: Sex::Any,
    weight: 10,
    department: D::Respiratory,
    nights: (5, 9),
    first: &[],
    before_leaving: &[],
    exams: &[],
    operation: None,
    drugs: &[],
};

const INFLAMED: Profile = &[(&lab::WBC, 1420, 210), (&lab::NEUT, 842, 35), (&lab::LYMPH, 105, 25)];
const SETTLED: Profile = &[(&lab::WBC, 740, 110), (&lab::NEUT, 632, 45)];

static STAYS: [Stay; 14] = [
    Stay {
        reason: "发热、咳嗽 5 天，加重 1 天",
        weight: 22,
        ages: (40, 120),
        first: &[(&lab::BLOOD_COUNT, INFLAMED), (&lab::CRP_ONLY, &[(&lab::CRP, 860, 260)])],
        before_leaving: &[(&lab::BLOOD_COUNT, SETTLED)],
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_PNEUMONIA)],
        drugs: &[&rx::CEFTRIAXONE, &rx::AMBROXOL, &rx::LEVOFLOXACIN],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::COPD_FLARE,
        reason: "气促加重 3 天",
        ages: (55, 120),
        weight: 18,
        nights: (6, 11),
        first: &[(&lab::BLOOD_COUNT, INFLAMED), (&lab::BNP, &[(&lab::NT_PROBNP, 380, 120)])],
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_EMPHYSEMA)],
        drugs: &[&rx::BUDESONIDE_FORMOTEROL, &rx::TIOTROPIUM, &rx::AMBROXOL],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::BRONCHOPNEUMONIA,
        reason: "咳嗽、发热 5 天",
        ages: (0, 9),
        weight: 60,
        department: D::Paediatrics,
        nights: (5, 7),
        first: &[(&lab::BLOOD_COUNT, INFLAMED), (&lab::MYCOPLASMA, &[])],
        before_leaving: &[(&lab::BLOOD_COUNT, SETTLED)],
        exams: &[(&im::DX_CHEST, &im::CHEST_DX_CHILD_PNEUMONIA)],
        drugs: &[&rx::AZITHROMYCIN_CHILD, &rx::AMBROXOL_CHILD],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::ADENOIDS,
        reason: "打鼾、张口呼吸半年",
        ages: (3, 10),
        weight: 16,
        department: D::Ears,
        nights: (3, 4),
        first: &[(&lab::BLOOD_COUNT, &[])],
        operation: Some((&op::ADENOIDECTOMY, 45)),
        drugs: &[&rx::MOMETASONE_NASAL],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::APPENDICITIS,
        reason: "转移性右下腹痛 10 小时",
        ages: (8, 70),
        weight: 18,
        department: D::Surgery,
        nights: (3, 5),
        first: &[(&lab::BLOOD_COUNT, INFLAMED)],
        before_leaving: &[(&lab::BLOOD_COUNT, SETTLED)],
        exams: &[(&im::CT_ABDOMEN, &im::ABDOMEN_CT_APPENDIX)],
        operation: Some((&op::APPENDICECTOMY, 50)),
        drugs: &[&rx::CEFUROXIME],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::GALLSTONES,
        reason: "右上腹痛反复 1 年",
        ages: (25, 80),
        weight: 16,
        department: D::Surgery,
        nights: (4, 6),
        first: &[(&lab::BLOOD_COUNT, &[]), (&lab::LIVER, &[(&lab::ALT, 48, 12)])],
        exams: &[(&im::US_ABDOMEN, &im::ABDOMEN_US_STONES)],
        operation: Some((&op::CHOLECYSTECTOMY, 65)),
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::HERNIA,
        reason: "右腹股沟可复性包块 3 月",
        ages: (45, 85),
        sex: Sex::Men,
        weight: 12,
        department: D::Surgery,
        nights: (2, 4),
        first: &[(&lab::BLOOD_COUNT, &[])],
        exams: &[(&im::ECG, &im::ECG_NORMAL)],
        operation: Some((&op::HERNIA_REPAIR, 55)),
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::CATARACT,
        reason: "右眼视物模糊 2 年",
        ages: (60, 90),
        weight: 26,
        department: D::Eyes,
        nights: (1, 2),
        first: &[(&lab::GLUCOSE_ONLY, &[])],
        exams: &[(&im::ECG, &im::ECG_NORMAL)],
        operation: Some((&op::CATARACT_SURGERY, 25)),
        drugs: &[&rx::LEVOFLOXACIN_EYE, &rx::HYALURONATE_EYE],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::HIP_FRACTURE,
        also: &[&dx::OSTEOPOROSIS],
        reason: "摔倒后右髋痛、不能站立 4 小时",
        ages: (68, 120),
        weight: 12,
        department: D::Orthopaedics,
        nights: (9, 14),
        first: &[(&lab::BLOOD_COUNT, &[(&lab::HGB, 106, 9)]), (&lab::ELECTROLYTES, &[])],
        before_leaving: &[(&lab::BLOOD_COUNT, &[(&lab::HGB, 98, 8)])],
        exams: &[(&im::DX_HIP, &im::HIP_FRACTURED), (&im::US_HEART, &im::HEART_HYPERTENSIVE)],
        operation: Some((&op::HIP_HEAD, 95)),
        drugs: &[&rx::RIVAROXABAN, &rx::CALCIUM_D3],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::STROKE,
        also: &[&dx::HYPERTENSION_3],
        reason: "右侧肢体无力、言语不清 5 小时",
        ages: (50, 120),
        weight: 22,
        department: D::Neurology,
        nights: (8, 13),
        first: &[
            (&lab::LIPIDS, &[(&lab::LDL, 372, 45), (&lab::TC, 575, 50)]),
            (&lab::GLUCOSE_ONLY, &[(&lab::GLUCOSE, 690, 90)]),
        ],
        exams: &[
            (&im::CT_HEAD, &im::HEAD_CT_OLD),
            (&im::MR_BRAIN, &im::BRAIN_MR_STROKE),
            (&im::US_CAROTID, &im::CAROTID_PLAQUE),
        ],
        drugs: &[&rx::ASPIRIN, &rx::CLOPIDOGREL, &rx::ATORVASTATIN],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::INFARCTION,
        also: &[&dx::CORONARY],
        reason: "胸骨后压榨痛 3 小时",
        ages: (42, 95),
        weight: 9,
        department: D::Cardiology,
        nights: (6, 9),
        first: &[
            (&lab::HEART, &[(&lab::TROPONIN, 21_500, 5200), (&lab::CK_MB, 3850, 900)]),
            (&lab::LIPIDS, &[(&lab::LDL, 395, 40), (&lab::TC, 598, 45)]),
        ],
        before_leaving: &[(&lab::BNP, &[(&lab::NT_PROBNP, 620, 160)])],
        exams: &[(&im::ECG, &im::ECG_INFARCTION), (&im::US_HEART, &im::HEART_ISCHAEMIC)],
        operation: Some((&op::STENT, 70)),
        drugs: &[&rx::ASPIRIN, &rx::CLOPIDOGREL, &rx::ROSUVASTATIN, &rx::METOPROLOL],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::UNSTABLE_ANGINA,
        also: &[&dx::CORONARY],
        reason: "活动后胸痛加重 1 周",
        ages: (45, 95),
        weight: 15,
        department: D::Cardiology,
        nights: (4, 7),
        first: &[(&lab::HEART, &[]), (&lab::LIPIDS, &[(&lab::LDL, 342, 40), (&lab::TC, 540, 45)])],
        exams: &[(&im::ECG, &im::ECG_STRAIN), (&im::US_HEART, &im::HEART_HYPERTENSIVE)],
        drugs: &[&rx::ASPIRIN, &rx::ATORVASTATIN, &rx::METOPROLOL],
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::CHEMOTHERAPY,
        also: &[&dx::LUNG_CANCER],
        reason: "肺癌术后，拟行第 3 周期化疗",
        ages: (45, 78),
        weight: 8,
        department: D::Oncology,
        nights: (3, 5),
        first: &[
            (&lab::BLOOD_COUNT, &[(&lab::WBC, 415, 60)]),
            (&lab::LIVER_KIDNEY, &[]),
            (&lab::TUMOUR, &[(&lab::CEA, 905, 160)]),
        ],
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_RESPONDING)],
        operation: Some((&op::INFUSION_CHEMO, 240)),
        ..PLAIN
    },
    Stay {
        diagnosis: &dx::RIB_FRACTURE,
        reason: "电动车摔伤，左胸痛 2 小时",
        ages: (16, 75),
        weight: 9,
        department: D::Orthopaedics,
        nights: (3, 6),
        first: &[(&lab::BLOOD_COUNT, &[(&lab::WBC, 1080, 140)])],
        exams: &[(&im::DX_CHEST, &im::CHEST_DX_RIB), (&im::CT_HEAD, &im::HEAD_CT_NORMAL)],
        drugs: &[&rx::CELECOXIB],
        ..PLAIN
    },
];

impl Life {
    pub(super) fn stays(&mut self) {
        // Per thousand in half a year.
        let rate = match self.who.age {
            0..=9 => 16,
            10..=39 => 9,
            40..=64 => 21,
            65..=74 => 46,
            _ => 72,
        };
        if self.expecting || !self.chance.per_mille(rate) {
            return;
        }
        let (age, gender) = (self.who.age, self.who.gender);
        let weight = |one: &Stay| {
            let fits = one.ages.0 <= age && age <= one.ages.1 && one.sex.fits(gender);
            if fits { one.weight } else { 0 }
        };
        let mut left = self.chance.below(STAYS.iter().map(weight).sum());
        let chosen = STAYS.iter().find(|one| {
            let here = left < weight(one);
            left = left.saturating_sub(weight(one));
            here
        });
        if let Some(stay) = chosen {
            self.stay(stay);
        }
    }

    fn stay(&mut self, stay: &'static Stay) {
        let admitted = self.some_day();
        let nights = self.chance.between(stay.nights.0, stay.nights.1);
        let place = self.place_for(stay.department);
        let start = admitted.at(self.chance.between(8 * 60 + 30, 20 * 60));
        let leaving = Day(admitted.0 + nights).at(self.chance.between(9 * 60, 11 * 60 + 30));
        let minutes = leaving.0 - start.0;
        let mut visit = Visit::new(place, stay.department, Class::Inpatient, start, minutes, stay.reason);
        visit.doctor = doctor(place, stay.department, self.chance.place_in(4));
        visit.diagnose(60, stay.diagnosis);
        for diagnosis in stay.also {
            let stands = Standing::Chronic;
            visit.act(60, Deed::Problem { diagnosis, since: admitted, stands });
        }
        if self.who.age >= 18 {
            let systolic = self.chance.around(if self.who.age > 55 { 144 } else { 124 }, 10);
            let diastolic = self.chance.around(80, 7);
            visit.pressure(20, systolic, diastolic);
        }
        for &(panel, profile) in stay.first {
            self.labs(&mut visit, 45, panel, profile);
        }
        for (number, &(exam, finding)) in (0..).zip(stay.exams) {
            let later = 90 + number * 600 + self.chance.between(0, 90);
            self.exam(&mut visit, later, exam, finding);
        }
        if let Some((operation, minutes)) = stay.operation {
            // On the second day: the first is for finding out.
            let at = Day(admitted.0 + 1).at(self.chance.between(9 * 60, 15 * 60));
            let offset = at.0 - start.0;
            visit.act(offset, Deed::Operation { operation, minutes });
        }
        for &(panel, profile) in stay.before_leaving {
            let at = leaving.0 - start.0 - 24 * 60 + self.chance.between(0, 60);
            self.labs(&mut visit, at, panel, profile);
        }
        for &drug in stay.drugs {
            if self.may_take(drug) {
                visit.prescribe(minutes - 40, drug, 1);
            }
        }
        self.visits.push(visit);
        let after = Day(admitted.0 + nights + self.chance.between(10, 21));
        if after < self.today && self.chance.percent(70) {
            let mut visit = self.clinic_visit(place, stay.department, after, "出院后复诊");
            visit.about(stay.diagnosis);
            self.visits.push(visit);
        }
    }
}
