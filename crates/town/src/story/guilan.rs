//! Wang Guilan, 72, Jingyi's mother: pressure, bones, a cataract operation in August, the flu vaccine.

use super::{Appointment, Diary, clinic, exam, labs};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::{Department as D, Place};
use crate::labs::{self as lab, Body};
use crate::operations as op;
use crate::people::Gender;
use crate::vaccines as vx;
use crate::visit::{Class, Deed, Standing, Visit};

const BODY: Body = Body { gender: Gender::Female, age: 72 };

pub(super) fn visits(diary: &Diary) -> Vec<Visit> {
    let mut visits =
        vec![yearly_check(diary), bones(diary), eye_clinic(diary), cataract(diary), eye_again(diary), vaccine(diary)];
    for (days_ago, systolic, diastolic) in [(140, 152, 84), (98, 146, 82), (56, 140, 80), (14, 138, 78)] {
        visits.push(pressure_visit(diary, days_ago, systolic, diastolic));
    }
    visits
}

fn pressure_visit(diary: &Diary, days_ago: i64, systolic: i64, diastolic: i64) -> Visit {
    let when = Appointment { doctor: "何知秋", ..clinic(days_ago, (8, 35), Place::Beiyuan, D::General) };
    let mut visit = diary.visit(&when, "签约随访，取降压药");
    visit.about(&dx::HYPERTENSION_2);
    visit.pressure(3, systolic, diastolic);
    visit.prescribe(9, &rx::AMLODIPINE, 2);
    visit.prescribe_against(9, &dx::OSTEOPOROSIS, &rx::CALCIUM_D3, 1);
    visit
}

fn yearly_check(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(165, (8, 10), Place::Beiyuan, D::Prevention), "65 岁以上老年人年度体检");
    visit.about(&dx::CHECKUP);
    let since = diary.today.back(4100);
    visit.act(6, Deed::Problem { diagnosis: &dx::HYPERTENSION_2, since, stands: Standing::Chronic });
    visit.act(6, Deed::Allergy { allergy: &dx::SULFONAMIDE, since: diary.today.back(12_000) });
    visit.pressure(4, 156, 86);
    visit.sign(4, &lab::WEIGHT, 541);
    labs(&mut visit, 12, &lab::GLUCOSE_ONLY, BODY, &[(&lab::GLUCOSE, 586)]);
    labs(&mut visit, 12, &lab::LIPIDS, BODY, &[(&lab::TC, 512), (&lab::LDL, 318)]);
    labs(&mut visit, 12, &lab::LIVER_KIDNEY, BODY, &[(&lab::CREATININE, 68), (&lab::URATE, 305)]);
    exam(&mut visit, 40, &im::US_ABDOMEN, &im::ABDOMEN_US_CYST);
    exam(&mut visit, 25, &im::ECG, &im::ECG_STRAIN);
    visit
}

fn bones(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(133, (9, 30), Place::YunzhouFirst, D::Orthopaedics), "腰背痛半年，身高变矮");
    visit.about(&dx::OSTEOPOROSIS);
    let since = visit.start.day();
    visit.act(9, Deed::Problem { diagnosis: &dx::OSTEOPOROSIS, since, stands: Standing::Chronic });
    exam(&mut visit, 50, &im::BONE_DENSITY, &im::BONE_LOW);
    visit.prescribe(14, &rx::ALENDRONATE, 3);
    visit.prescribe(14, &rx::CALCIUM_D3, 1);
    visit
}

fn eye_clinic(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(112, (14, 10), Place::YunzhouFirst, D::Eyes), "右眼看不清 2 年");
    visit.diagnose(9, &dx::CATARACT);
    visit
}

fn cataract(diary: &Diary) -> Visit {
    let when = Appointment {
        class: Class::Inpatient,
        minutes: 2 * 1440 + 90,
        ..clinic(104, (9, 0), Place::YunzhouFirst, D::Eyes)
    };
    let mut visit = diary.visit(&when, "右眼白内障，拟手术");
    visit.diagnose(30, &dx::CATARACT);
    visit.pressure(20, 148, 82);
    labs(&mut visit, 40, &lab::BLOOD_COUNT, BODY, &[(&lab::HGB, 124)]);
    labs(&mut visit, 40, &lab::GLUCOSE_ONLY, BODY, &[(&lab::GLUCOSE, 571)]);
    exam(&mut visit, 80, &im::ECG, &im::ECG_STRAIN);
    visit.act(1440 + 60, Deed::Operation { operation: &op::CATARACT_SURGERY, minutes: 22 });
    visit.prescribe(2 * 1440 + 30, &rx::LEVOFLOXACIN_EYE, 2);
    visit.prescribe(2 * 1440 + 30, &rx::HYALURONATE_EYE, 1);
    visit
}

fn eye_again(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(95, (9, 50), Place::YunzhouFirst, D::Eyes), "术后 1 周复查，视物清楚");
    visit.about(&dx::CATARACT);
    visit
}

fn vaccine(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(33, (8, 30), Place::Beiyuan, D::Prevention), "预防接种");
    visit.act(6, Deed::Vaccination { vaccine: &vx::INFLUENZA, dose: 1 });
    visit
}
