//! Zhou Mingxuan, 6, Jingyi's son: herpangina in July, vaccines before school, mycoplasma in October, short sight.

use super::{Diary, clinic, emergency, exam, labs};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::{Department as D, Place};
use crate::labs::{self as lab, Body};
use crate::operations as op;
use crate::people::Gender;
use crate::vaccines as vx;
use crate::visit::{Deed, Visit};

const BODY: Body = Body { gender: Gender::Male, age: 6 };

pub(super) fn visits(diary: &Diary) -> Vec<Visit> {
    vec![herpangina(diary), vaccines(diary), eyes(diary), cough(diary), cough_again(diary)]
}

fn herpangina(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&emergency(128, (20, 40), Place::Donggang, 70), "发热、咽痛 1 天");
    visit.diagnose(12, &dx::HERPANGINA);
    visit.sign(3, &lab::TEMPERATURE, 391);
    visit.sign(3, &lab::PULSE, 122);
    visit.sign(3, &lab::WEIGHT, 212);
    labs(
        &mut visit,
        10,
        &lab::BLOOD_COUNT,
        BODY,
        &[(&lab::WBC, 742), (&lab::NEUT, 548), (&lab::LYMPH, 352), (&lab::HGB, 126)],
    );
    visit.prescribe(58, &rx::IBUPROFEN_CHILD, 1);
    visit.prescribe(58, &rx::XIAOER_CHAIGUI, 1);
    visit
}

fn vaccines(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(90, (9, 15), Place::Beiyuan, D::Prevention), "入学前预防接种");
    visit.act(5, Deed::Vaccination { vaccine: &vx::DT, dose: 1 });
    visit.act(6, Deed::Vaccination { vaccine: &vx::MENINGOCOCCAL_AC, dose: 2 });
    visit
}

fn eyes(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(66, (15, 30), Place::YunzhouFirst, D::Eyes), "学校筛查视力 4.8");
    visit.diagnose(9, &dx::MYOPIA);
    visit.prescribe(14, &rx::ATROPINE_EYE, 1);
    visit
}

fn cough(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(24, (10, 10), Place::YunzhouFirst, D::Paediatrics), "咳嗽 6 天，发热 2 天");
    visit.diagnose(9, &dx::MYCOPLASMA);
    visit.sign(2, &lab::TEMPERATURE, 384);
    visit.sign(2, &lab::OXYGEN, 97);
    visit.sign(2, &lab::WEIGHT, 218);
    labs(&mut visit, 14, &lab::MYCOPLASMA, BODY, &[(&lab::MYCOPLASMA_IGM, 1)]);
    labs(
        &mut visit,
        14,
        &lab::BLOOD_COUNT,
        BODY,
        &[(&lab::WBC, 814), (&lab::NEUT, 602), (&lab::LYMPH, 298), (&lab::HGB, 124)],
    );
    exam(&mut visit, 35, &im::DX_CHEST, &im::CHEST_DX_CHILD_PNEUMONIA);
    visit.act(95, Deed::Operation { operation: &op::NEBULISER, minutes: 15 });
    visit.prescribe(110, &rx::AZITHROMYCIN_CHILD, 1);
    visit.prescribe(110, &rx::AMBROXOL_CHILD, 1);
    visit
}

fn cough_again(diary: &Diary) -> Visit {
    let mut visit = diary.visit(&clinic(17, (10, 30), Place::YunzhouFirst, D::Paediatrics), "复诊，咳嗽减轻");
    visit.about(&dx::MYCOPLASMA);
    visit.sign(2, &lab::TEMPERATURE, 367);
    labs(
        &mut visit,
        12,
        &lab::BLOOD_COUNT,
        BODY,
        &[(&lab::WBC, 655), (&lab::NEUT, 512), (&lab::LYMPH, 386), (&lab::HGB, 126)],
    );
    visit
}
