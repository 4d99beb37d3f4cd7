//! Amara Okoye, 29, a teacher with a Nigerian passport: pays herself, speaks English.

use super::{Diary, Named, clinic, emergency, exam, labs};
use crate::calendar::Moment;
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::{Department as D, Place, YUNZHOU};
use crate::labs::{self as lab, Body};
use crate::people::Gender;
use crate::people::{IdKind, Person, phone};
use crate::visit::{Deed, Standing, Visit};

pub(super) fn person(named: &Named, now: Moment) -> Person {
    let birth = now.day().back(29 * 1461 / 4 + 140);
    Person {
        index: named.index,
        name: named.name.to_owned(),
        family: "Okoye".to_owned(),
        given: "Amara".to_owned(),
        name_en: named.name_en.to_owned(),
        gender: Gender::Female,
        birth_date: Some(birth.text()),
        id_number: Some("B99000417".to_owned()),
        id_kind: IdKind::Passport,
        phone: Some(phone(named.index)),
        address: "云州市城中区学府街 1 号 国际公寓 1806".to_owned(),
        region: YUNZHOU,
        insured: None,
        home: Place::YunzhouFirst.institution().key,
    }
}

const BODY: Body = Body { gender: Gender::Female, age: 29 };

pub(super) fn visits(diary: &Diary) -> Vec<Visit> {
    vec![entry_check(diary), stomach(diary), headache(diary), blood(diary)]
}

fn entry_check(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(148, (8, 20), Place::YunzhouFirst, D::Checkup), "外籍人员健康检查");
    visit.about(&dx::CHECKUP);
    visit.pressure(3, 112, 70);
    visit.sign(3, &lab::HEIGHT, 1680);
    visit.sign(3, &lab::WEIGHT, 613);
    labs(&mut visit, 10, &lab::BLOOD_COUNT, BODY, &[(&lab::HGB, 112), (&lab::WBC, 482)]);
    labs(&mut visit, 10, &lab::HEPATITIS_B, BODY, &[]);
    exam(&mut visit, 30, &im::DX_CHEST, &im::CHEST_DX_NORMAL);
    visit
}

fn stomach(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&emergency(101, (22, 30), Place::YunzhouFirst, 95), "腹泻、呕吐半天 (speaks English)");
    visit.diagnose(15, &dx::GASTROENTERITIS);
    visit.sign(3, &lab::TEMPERATURE, 376);
    labs(
        &mut visit,
        14,
        &lab::BLOOD_COUNT,
        BODY,
        &[(&lab::WBC, 1120), (&lab::NEUT, 792), (&lab::LYMPH, 151), (&lab::HGB, 110)],
    );
    visit.prescribe(70, &rx::SALTS, 1);
    visit.prescribe(70, &rx::SMECTITE, 1);
    visit
}

fn headache(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(47, (14, 20), Place::Donggang, D::Neurology), "搏动性头痛，每月 3 次");
    visit.about(&dx::MIGRAINE);
    let since = visit.start.day();
    visit.act(9, Deed::Problem { diagnosis: &dx::MIGRAINE, since, stands: Standing::Chronic });
    visit.pressure(3, 110, 70);
    visit.prescribe(15, &rx::FLUNARIZINE, 1);
    visit
}

fn blood(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(20, (10, 15), Place::YunzhouFirst, D::General), "乏力，复查血红蛋白");
    visit.diagnose(9, &dx::ANAEMIA);
    labs(&mut visit, 14, &lab::BLOOD_COUNT, BODY, &[(&lab::HGB, 101), (&lab::WBC, 515)]);
    labs(&mut visit, 14, &lab::IRON, BODY, &[(&lab::FERRITIN, 84)]);
    visit.prescribe(16, &rx::IRON, 3);
    visit
}
