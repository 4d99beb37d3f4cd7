//! Zhao Jianguo, 44, insured in Lanjiang and working in Yunzhou: atrial fibrillation on warfarin, a stent, an allergy to contrast.

use super::{Appointment, Diary, clinic, exam, labs};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::{Department as D, Place};
use crate::labs::{self as lab, Body};
use crate::operations as op;
use crate::people::Gender;
use crate::visit::{Class, Deed, Standing, Visit};

const BODY: Body = Body { gender: Gender::Male, age: 44 };

pub(super) fn visits(diary: &Diary) -> Vec<Visit> {
    let mut visits = vec![stent(diary), start(diary), yearly(diary)];
    let checks = [
        (118, Place::LanjiangTcm, 168),
        (90, Place::YunzhouFirst, 214),
        (62, Place::YunzhouFirst, 246),
        (34, Place::LanjiangTcm, 231),
        (6, Place::YunzhouFirst, 238),
    ];
    for (days_ago, place, inr) in checks {
        visits.push(clotting(diary, days_ago, place, inr));
    }
    visits
}

/// The stent of two years ago, still on the record in Lanjiang.
fn stent(diary: &Diary) -> Visit {
    let when = Appointment {
        class: Class::Inpatient,
        minutes: 6 * 1440,
        ..clinic(790, (21, 10), Place::LanjiangTcm, D::Cardiology)
    };
    let mut visit = diary.visit(&when, "胸骨后压榨痛 3 小时");
    visit.about(&dx::INFARCTION);
    let since = visit.start.day();
    visit.act(60, Deed::Problem { diagnosis: &dx::INFARCTION, since, stands: Standing::Resolved });
    visit.act(62, Deed::Problem { diagnosis: &dx::CORONARY, since, stands: Standing::Chronic });
    visit.act(120, Deed::Operation { operation: &op::STENT, minutes: 68 });
    visit.act(260, Deed::Allergy { allergy: &dx::IODINE_CONTRAST, since });
    visit
}

fn start(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(146, (9, 20), Place::LanjiangTcm, D::Cardiology), "心悸 2 周");
    visit.about(&dx::ATRIAL_FIBRILLATION);
    let since = visit.start.day();
    visit.act(9, Deed::Problem { diagnosis: &dx::ATRIAL_FIBRILLATION, since, stands: Standing::Chronic });
    visit.pressure(3, 128, 80);
    visit.sign(3, &lab::PULSE, 98);
    exam(&mut visit, 15, &im::ECG, &im::ECG_FIBRILLATION);
    exam(&mut visit, 60, &im::US_HEART, &im::HEART_FIBRILLATING);
    labs(&mut visit, 20, &lab::CLOTTING, BODY, &[(&lab::INR, 102)]);
    labs(&mut visit, 20, &lab::THYROID, BODY, &[]);
    visit.prescribe(100, &rx::WARFARIN, 1);
    visit.prescribe(100, &rx::METOPROLOL, 2);
    visit.prescribe_against(100, &dx::CORONARY, &rx::ROSUVASTATIN, 2);
    visit
}

fn clotting(diary: &Diary, days_ago: i64, place: Place, inr: i64) -> Visit {
    let mut visit = diary.visit(&clinic(days_ago, (8, 50), place, D::Cardiology), "华法林复查 INR");
    visit.about(&dx::ATRIAL_FIBRILLATION);
    visit.pressure(3, 124, 78);
    visit.sign(3, &lab::PULSE, 82);
    labs(&mut visit, 10, &lab::CLOTTING, BODY, &[(&lab::INR, inr)]);
    if days_ago % 56 == 6 || days_ago == 90 {
        visit.prescribe(80, &rx::WARFARIN, 1);
        visit.prescribe(80, &rx::METOPROLOL, 2);
        visit.prescribe_against(80, &dx::CORONARY, &rx::ROSUVASTATIN, 2);
    }
    visit
}

fn yearly(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(76, (8, 20), Place::Donggang, D::Checkup), "单位年度体检");
    visit.about(&dx::CHECKUP);
    visit.pressure(3, 126, 79);
    labs(&mut visit, 10, &lab::LIPIDS, BODY, &[(&lab::TC, 362), (&lab::LDL, 178), (&lab::TG, 142)]);
    labs(&mut visit, 10, &lab::LIVER_KIDNEY, BODY, &[(&lab::ALT, 34), (&lab::URATE, 402)]);
    exam(&mut visit, 40, &im::DX_CHEST, &im::CHEST_DX_NORMAL);
    visit
}
