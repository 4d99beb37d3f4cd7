//! T-17-0042: found in the night by crew 17, brought to the emergency room, nobody knows who he is yet.
//! What was measured fits Zhao Jianguo, with whom the record is merged later in the story.

use super::{Diary, Named, exam, labs};
use crate::diagnoses as dx;
use crate::imaging as im;
use crate::institutions::{Department as D, Place, YUNZHOU};
use crate::labs::{self as lab, Body};
use crate::operations as op;
use crate::people::{Gender, IdKind, Person};
use crate::visit::{Class, Deed, Visit};

pub(super) fn person(named: &Named) -> Person {
    Person {
        index: named.index,
        name: named.name.to_owned(),
        family: String::new(),
        given: String::new(),
        name_en: named.name_en.to_owned(),
        gender: Gender::Unknown,
        birth_date: None,
        id_number: None,
        id_kind: IdKind::None,
        phone: None,
        address: String::new(),
        region: YUNZHOU,
        insured: None,
        home: Place::YunzhouFirst.institution().key,
    }
}

/// As he looks to the crew.
const BODY: Body = Body { gender: Gender::Male, age: 44 };

pub(super) fn visits(diary: &Diary) -> Vec<Visit> {
    vec![on_the_road(diary), in_the_emergency_room(diary)]
}

fn on_the_road(diary: &Diary) -> Visit {
    let start = diary.now.plus(-6 * 60);
    let mut visit = Visit::new(Place::Crew17, D::Ambulance, Class::Field, start, 31, "路人报警，男性倒地，意识模糊");
    visit.diagnose(6, &dx::UNCONSCIOUS);
    visit.pressure(4, 96, 58);
    visit.sign(4, &lab::PULSE, 112);
    visit.sign(4, &lab::OXYGEN, 93);
    visit.act(5, Deed::Operation { operation: &op::OXYGEN_LINE, minutes: 25 });
    visit
}

fn in_the_emergency_room(diary: &Diary) -> Visit {
    let start = diary.now.plus(-6 * 60 + 33);
    let mut visit =
        Visit::new(Place::YunzhouFirst, D::Emergency, Class::Emergency, start, 26 * 60, "120 送入，意识模糊，身份不明");
    visit.diagnose(12, &dx::UNCONSCIOUS);
    visit.pressure(3, 102, 62);
    visit.sign(3, &lab::PULSE, 108);
    visit.sign(3, &lab::OXYGEN, 96);
    exam(&mut visit, 6, &im::ECG, &im::ECG_FAST_FIBRILLATION);
    labs(&mut visit, 10, &lab::CLOTTING, BODY, &[(&lab::INR, 242)]);
    labs(&mut visit, 10, &lab::HEART, BODY, &[(&lab::TROPONIN, 268), (&lab::D_DIMER, 41)]);
    labs(&mut visit, 10, &lab::ELECTROLYTES, BODY, &[(&lab::POTASSIUM, 338), (&lab::SODIUM, 1382)]);
    exam(&mut visit, 25, &im::CT_HEAD, &im::HEAD_CT_NORMAL);
    visit
}
