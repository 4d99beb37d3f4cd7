//! Zhou Jingyi, 41: hypertension and diabetes found in summer, followed in five institutions,
//! a chest CT in Lanjiang seventeen days ago, and a visit to Dr Lin that is going on now.
//! Forty-two items: nine visits, twelve laboratory and four imaging reports, seventeen drugs.

use super::{Appointment, Diary, clinic, emergency, exam, labs};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging::{self as im, Finding};
use crate::institutions::{Department as D, Place};
use crate::labs::{self as lab, Body};
use crate::people::Gender;
use crate::staff::DOCTOR_LIN;
use crate::visit::{Class, Deed, Standing, Visit};

static CT: Finding = Finding {
    seen: "双肺纹理清晰，左肺上叶见直径约 4 mm 实性小结节，边界清。气道通畅，纵隔未见肿大淋巴结。心影不大。",
    conclusion: "左肺上叶 4 mm 小结节，建议 12 个月复查；余未见异常。",
};
static ECHO: Finding = Finding {
    seen: "各房室内径正常，室间隔厚 11 mm，室壁运动协调，瓣膜活动正常。左室射血分数 62%，E/A 小于 1。",
    conclusion: "左室舒张功能轻度减低，LVEF 62%，余未见异常。",
};

const BODY: Body = Body { gender: Gender::Female, age: 41 };

pub(super) fn visits(diary: &Diary) -> Vec<Visit> {
    vec![
        last_spring(diary),
        first_visit(diary),
        county(diary),
        refill(diary),
        first_at_cardiology(diary),
        microalbumin(diary),
        grade_two(diary),
        better(diary),
        chest_tightness(diary),
        pharmacy(diary),
        today(diary),
    ]
}

/// Before the half year: the first high value.
fn last_spring(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(241, (9, 10), Place::Beiyuan, D::General), "单位体检血糖偏高，来复查");
    labs(&mut visit, 12, &lab::HBA1C_ONLY, BODY, &[(&lab::HBA1C, 82)]);
    visit
}

fn first_visit(diary: &Diary) -> Visit {
    let when = Appointment { doctor: "何知秋", ..clinic(172, (9, 5), Place::Beiyuan, D::General) };
    let mut visit = diary.visit(&when, "首诊，头昏、血压高 1 月");
    visit.about(&dx::HYPERTENSION_2);
    let since = visit.start.day();
    visit.act(4, Deed::Allergy { allergy: &dx::PENICILLIN, since: since.back(19 * 365) });
    visit.pressure(3, 162, 100);
    visit.sign(3, &lab::WEIGHT, 652);
    visit.act(9, Deed::Problem { diagnosis: &dx::HYPERTENSION_2, since, stands: Standing::Chronic });
    labs(&mut visit, 15, &lab::LIPIDS, BODY, &[(&lab::TC, 588), (&lab::TG, 192), (&lab::HDL, 116), (&lab::LDL, 362)]);
    exam(&mut visit, 40, &im::US_CAROTID, &im::CAROTID_THICK);
    visit.prescribe_against(12, &dx::HYPERTENSION_2, &rx::AMLODIPINE_HALF, 1);
    visit
}

fn county(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(152, (10, 20), Place::Mengchuan, D::Endocrine), "出差途中口干、多饮");
    visit.about(&dx::DIABETES_2);
    let since = visit.start.day();
    visit.pressure(3, 152, 94);
    visit.act(9, Deed::Problem { diagnosis: &dx::DIABETES_2, since, stands: Standing::Chronic });
    labs(&mut visit, 15, &lab::LIVER_KIDNEY, BODY, &[(&lab::ALT, 31), (&lab::CREATININE, 61), (&lab::URATE, 322)]);
    labs(&mut visit, 15, &lab::HBA1C_ONLY, BODY, &[(&lab::HBA1C, 80)]);
    visit.prescribe_against(12, &dx::DIABETES_2, &rx::METFORMIN, 1);
    visit.prescribe_against(12, &dx::HYPERTENSION_2, &rx::AMLODIPINE_HALF, 1);
    // Taken the next morning: there was a queue.
    exam(&mut visit, 1400, &im::DX_CHEST, &im::CHEST_DX_NORMAL);
    visit
}

fn refill(diary: &Diary) -> Visit {
    let when = Appointment { doctor: "何知秋", ..clinic(123, (15, 10), Place::Beiyuan, D::General) };
    let mut visit = diary.visit(&when, "复诊开药");
    visit.about(&dx::HYPERTENSION_2);
    visit.pressure(3, 150, 94);
    labs(&mut visit, 10, &lab::GLUCOSE_ONLY, BODY, &[(&lab::GLUCOSE, 834)]);
    visit.prescribe_against(9, &dx::HYPERTENSION_2, &rx::AMLODIPINE_HALF, 1);
    visit.prescribe_against(9, &dx::DIABETES_2, &rx::METFORMIN, 1);
    visit
}

fn first_at_cardiology(diary: &Diary) -> Visit {
    let mut visit = at_lin(diary, 97, (10, 5), "血压控制不佳，由北苑转来");
    visit.about(&dx::HYPERTENSION_2);
    let since = diary.today.back(172);
    visit.pressure(3, 148, 92);
    for (diagnosis, since) in [(&dx::HYPERTENSION_2, since), (&dx::DIABETES_2, diary.today.back(152))] {
        visit.act(8, Deed::Problem { diagnosis, since, stands: Standing::Chronic });
    }
    visit.act(9, Deed::Problem { diagnosis: &dx::LIPIDS, since: visit.start.day(), stands: Standing::Chronic });
    labs(&mut visit, 20, &lab::LIPIDS, BODY, &[(&lab::TC, 561), (&lab::TG, 178), (&lab::HDL, 118), (&lab::LDL, 344)]);
    visit.prescribe_against(12, &dx::HYPERTENSION_2, &rx::AMLODIPINE, 1);
    visit.prescribe_against(12, &dx::LIPIDS, &rx::ATORVASTATIN, 1);
    visit.prescribe_against(12, &dx::DIABETES_2, &rx::METFORMIN, 1);
    // The first free place was two days later.
    exam(&mut visit, 2 * 1440 + 265, &im::US_HEART, &ECHO);
    visit
}

fn microalbumin(diary: &Diary) -> Visit {
    let when = Appointment { doctor: "何知秋", ..clinic(76, (8, 40), Place::Beiyuan, D::General) };
    let mut visit = diary.visit(&when, "糖尿病随访");
    visit.about(&dx::DIABETES_2);
    visit.pressure(3, 142, 88);
    labs(&mut visit, 8, &lab::MICROALBUMIN, BODY, &[(&lab::URINE_ALBUMIN, 124), (&lab::ACR, 168)]);
    visit.prescribe_against(9, &dx::DIABETES_2, &rx::METFORMIN, 1);
    visit
}

fn grade_two(diary: &Diary) -> Visit {
    let when = Appointment { doctor: "何知秋", ..clinic(58, (9, 25), Place::Beiyuan, D::General) };
    let mut visit = diary.visit(&when, "复诊、取药");
    visit.about(&dx::HYPERTENSION_2);
    visit.pressure(3, 138, 86);
    visit.sign(3, &lab::WEIGHT, 628);
    labs(&mut visit, 10, &lab::GLUCOSE_PAIR, BODY, &[(&lab::GLUCOSE, 742), (&lab::GLUCOSE_2H, 986)]);
    visit.prescribe_against(9, &dx::HYPERTENSION_2, &rx::AMLODIPINE, 1);
    visit.prescribe_against(9, &dx::LIPIDS, &rx::ATORVASTATIN, 1);
    visit.prescribe_against(9, &dx::DIABETES_2, &rx::METFORMIN, 1);
    visit
}

fn better(diary: &Diary) -> Visit {
    let mut visit = at_lin(diary, 31, (9, 50), "复诊，血压好转");
    visit.about(&dx::HYPERTENSION_2);
    visit.pressure(3, 136, 84);
    labs(&mut visit, 12, &lab::HBA1C_ONLY, BODY, &[(&lab::HBA1C, 77)]);
    labs(&mut visit, 12, &lab::LIPIDS, BODY, &[(&lab::TC, 468), (&lab::TG, 151), (&lab::HDL, 124), (&lab::LDL, 261)]);
    visit.prescribe_against(10, &dx::HYPERTENSION_2, &rx::AMLODIPINE, 2);
    visit.prescribe_against(10, &dx::LIPIDS, &rx::ATORVASTATIN, 2);
    visit.prescribe_against(10, &dx::DIABETES_2, &rx::METFORMIN, 1);
    visit
}

fn chest_tightness(diary: &Diary) -> Visit {
    let when = Appointment { doctor: "高致远", ..emergency(17, (15, 20), Place::LanjiangTcm, 205) };
    let mut visit = diary.visit(&when, "胸闷待查，2 小时");
    visit.diagnose(10, &dx::CHEST_TIGHTNESS);
    visit.pressure(4, 146, 90);
    visit.sign(4, &lab::PULSE, 92);
    visit.sign(4, &lab::OXYGEN, 98);
    labs(&mut visit, 18, &lab::HEART, BODY, &[(&lab::TROPONIN, 31), (&lab::CK_MB, 124), (&lab::D_DIMER, 22)]);
    let reported = visit.start.plus(165);
    visit.act(55, Deed::Exam { exam: &im::CT_CHEST, finding: &CT, reported, signed: Some(("孟思齐", "高远")) });
    visit.prescribe(190, &rx::DANSHEN, 1);
    visit
}

fn pharmacy(diary: &Diary) -> Visit {
    let when = clinic(16, (18, 35), Place::Kangning, D::Dispensary);
    let mut visit = diary.visit(&when, "购药");
    visit.act(4, Deed::Dispense { drug: &rx::METFORMIN, packs: 1 });
    visit
}

/// The visit that is going on: blood was drawn early, one result is back, one is not.
fn today(diary: &Diary) -> Visit {
    let start = diary.now.plus(-105);
    let mut visit = Visit::new(Place::YunzhouFirst, D::Cardiology, Class::Ambulatory, start, 180, "高血压、糖尿病复诊");
    visit.doctor = DOCTOR_LIN;
    visit.about(&dx::HYPERTENSION_2);
    visit.pressure(95, 132, 82);
    labs(&mut visit, 4, &lab::HBA1C_ONLY, BODY, &[(&lab::HBA1C, 71)]);
    labs(&mut visit, 85, &lab::BLOOD_COUNT, BODY, &[(&lab::WBC, 620), (&lab::HGB, 138)]);
    visit
}

fn at_lin(diary: &Diary, days_ago: i64, at: (i64, i64), reason: &'static str) -> Visit {
    let when = Appointment { doctor: DOCTOR_LIN, ..clinic(days_ago, at, Place::YunzhouFirst, D::Cardiology) };
    diary.visit(&when, reason)
}
