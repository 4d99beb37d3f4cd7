//! The drawn signs: line icons on a 24-unit square in the text's colour, and the
//! mark, a code square whose heart is half jade, half indigo.
//! Icons are decoration; the word beside them carries the meaning.

use maud::{Markup, html};

/// A line icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A code inside the corners of a viewfinder.
    Scan,
    /// A two-dimensional code.
    Code,
    /// A camera.
    Camera,
    /// A stethoscope: visits.
    Visit,
    /// A clipboard with a cross: diagnoses.
    Problem,
    /// A test tube: laboratory.
    Lab,
    /// A framed picture: imaging.
    Image,
    /// A capsule: medication.
    Medication,
    /// A scalpel: procedures.
    Procedure,
    /// A syringe: vaccines.
    Vaccine,
    /// A sheet of paper: anything else on record.
    Paper,
    /// An eye: looks.
    Eye,
    /// A closed lock.
    Lock,
    /// A triangle with an exclamation mark.
    Warning,
    /// A tick in a circle.
    Done,
    /// A person's head and shoulders.
    Person,
    /// An arrow to the right.
    Arrow,
    /// A chevron to the left.
    Back,
    /// A key.
    Key,
    /// A printer.
    Printer,
    /// A shield with a tick.
    Shield,
    /// A terminal's prompt.
    Terminal,
    /// The sign of the yuan: paying.
    Yuan,
    /// A stamped paper: bills.
    Bill,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Scan => {
                "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16"
            }
            Self::Code => "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
            Self::Camera => {
                "M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4zM12 16.500a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600"
            }
            Self::Visit => {
                "M6 4v5a4 4 0 0 0 8 0V4M10 13v3a4.500 4.500 0 0 0 9 0v-2M19 14a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600M5 4h2M13 4h2"
            }
            Self::Problem => "M8 5H6v15h12V5h-2M9 3.500h6V7H9zM12 10.500v5M9.500 13h5",
            Self::Lab => {
                "M9 3.500h6M10 3.500V9l-4.600 8.700A2 2 0 0 0 7.200 20.500h9.600a2 2 0 0 0 1.800-2.800L14 9V3.500M7.500 15h9"
            }
            Self::Image => "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9.500v.1",
            Self::Medication => "M10.500 20a5 5 0 0 1-6.500-6.500l7-7A5 5 0 0 1 18.500 13zM8 10.500l6 6",
            Self::Procedure => "M4 20L14.500 9.500M12 7l5-4.500c2 1.500 3 4 2.500 6.500L16 13z",
            Self::Vaccine => {
                "M17 3.500l3.500 3.500M18.700 5.300L16 8M8.500 8.500l7 7M13 5l6 6-8.500 8.500-4.500 1.500L4 19l1.500-4.500zM3 21l2-2"
            }
            Self::Paper => "M7 3.500h7l4 4v13H7zM14 3.500v4h4M9.500 12h6M9.500 15.500h6",
            Self::Eye => {
                "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6"
            }
            Self::Lock => "M6 11h12v9.500H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
            Self::Warning => "M12 4l9 16H3zM12 10v5M12 17.500v.1",
            Self::Done => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8 12.300l2.800 2.700L16 9.500",
            Self::Person => {
                "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20.500c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500"
            }
            Self::Arrow => "M5 12h14M13 6l6 6-6 6",
            Self::Back => "M15 5.500L8.500 12l6.500 6.500",
            Self::Key => {
                "M8 16.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 12.500h8.500M17.500 12.500v3.500M20.500 12.500v2.500"
            }
            Self::Printer => "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
            Self::Shield => {
                "M12 3.500l7 2.500v5.500c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6zM8.800 12l2.300 2.300 4.100-4.300"
            }
            Self::Terminal => "M4 5h16v14H4zM7.500 9.500l3 2.500-3 2.500M12.500 15h4",
            Self::Yuan => "M6.500 4l5.500 7 5.500-7M12 11v9.500M7.500 12.500h9M7.500 16.500h9",
            Self::Bill => "M6 3.500h12v17l-3-2-3 2-3-2-3 2zM9 8h6M9 11.500h6M9 15h3",
        }
    }
}

/// Draws an icon; screen readers skip it.
pub fn icon(icon: Icon) -> Markup {
    html! { svg.i viewBox="0 0 24 24" aria-hidden="true" focusable="false" { path d=(icon.path()) {} } }
}

/// The mark on a light ground.
pub fn mark() -> Markup {
    drawn_mark(["#0b6f5f", "#0b6f5f", "#2b4fb0"])
}

/// The mark on the dark bar of the desks.
pub fn mark_on_dark() -> Markup {
    drawn_mark(["#fff", "#7fc7b5", "#97aee8"])
}

fn drawn_mark([frame, health, insurance]: [&str; 3]) -> Markup {
    html! {
        svg.mark viewBox="0 0 28 28" aria-hidden="true" focusable="false" {
            rect x="1.5" y="1.5" width="25" height="25" rx="7" fill="none" stroke=(frame) stroke-width="3" {}
            path d="M8 10.500A2.500 2.500 0 0 1 10.500 8H14v12h-3.500A2.500 2.500 0 0 1 8 17.500z" fill=(health) {}
            path d="M14 8h3.500A2.500 2.500 0 0 1 20 10.500v7a2.500 2.500 0 0 1-2.500 2.500H14z" fill=(insurance) {}
        }
    }
}
