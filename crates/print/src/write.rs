//! Writing: marks become PDF. The only place that speaks the library's language,
//! and the only one with floats of its units (points).

use crate::document::{Attached, Document, Written};
use crate::face::{Run, printable, runs};
use crate::mark::{Cell, Line, Mark, Outline, Step};
use crate::measure::{Colour, Point, Role, Size, Stroke, Um};
use kernel::time::rfc3339;
use kernel::{Fault, FaultKind};
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{Path, PathBuilder, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline as Contents, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke as Pen, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};
use std::num::NonZeroU16;

/// The name of the program in the file's particulars.
const PRODUCER: &str = "yima";
/// How much thicker a letter becomes that the bold face lacks.
const THICKER: f32 = 0.036;
/// Micrometres in a point (1/72 inch).
const UM_IN_POINT: f32 = 25_400.0 / 72.0;

#[expect(clippy::cast_precision_loss, reason = "pages are far below 2^24 micrometres")]
fn points(length: Um) -> f32 {
    length as f32 / UM_IN_POINT
}

fn place(point: Point) -> krilla::geom::Point {
    krilla::geom::Point::from_xy(points(point.x), points(point.y))
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: rgb::Color::new(colour.0, colour.1, colour.2).into(), ..Fill::default() }
}

fn pen(stroke: Stroke) -> Pen {
    let dash = stroke.dash.map(|(on, off)| StrokeDash { array: vec![points(on), points(off)], offset: 0.0 });
    let paint = rgb::Color::new(stroke.colour.0, stroke.colour.1, stroke.colour.2).into();
    Pen { paint, width: points(stroke.width), dash, ..Pen::default() }
}

fn path(steps: &[Step]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for step in steps {
        match *step {
            Step::Move(to) => builder.move_to(points(to.x), points(to.y)),
            Step::Line(to) => builder.line_to(points(to.x), points(to.y)),
            Step::Curve(one, two, to) => {
                builder.cubic_to(
                    points(one.x),
                    points(one.y),
                    points(two.x),
                    points(two.y),
                    points(to.x),
                    points(to.y),
                );
            }
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn draw_outline(surface: &mut Surface<'_>, outline: &Outline) {
    let Some(path) = path(&outline.steps) else { return };
    surface.set_fill(outline.fill.map(fill));
    surface.set_stroke(outline.stroke.map(pen));
    if outline.fill.is_some() || outline.stroke.is_some() {
        surface.draw_path(&path);
    }
}

#[expect(clippy::cast_precision_loss, reason = "thousandths of a type's size are far below 2^24")]
fn glyphs(run: &Run) -> Vec<KrillaGlyph> {
    let glyph = |placed: &crate::face::Placed| {
        let advance = placed.advance as f32 / 1000.0;
        KrillaGlyph::new(GlyphId::new(placed.glyph), advance, 0.0, 0.0, 0.0, placed.bytes.clone(), None)
    };
    run.glyphs.iter().map(glyph).collect()
}

#[expect(clippy::cast_precision_loss, reason = "thousandths are far below 2^24")]
fn draw_line(surface: &mut Surface<'_>, line: &Line, missing: &mut Vec<char>) {
    let turned = line.tilt != 0;
    if turned {
        let at = place(line.at);
        surface.push_transform(&Transform::from_rotate_at(line.tilt as f32 / 1000.0, at.x, at.y));
    }
    let mut at = line.at;
    for run in runs(&line.text, line.bold, missing) {
        surface.set_fill(Some(fill(line.colour)));
        let thicker =
            run.thicker.then(|| Pen { width: points(line.size) * THICKER, ..pen(Stroke::of(line.colour, 0)) });
        surface.set_stroke(thicker);
        surface.draw_glyphs(place(at), &glyphs(&run), run.font(), &line.text, points(line.size), false);
        let advance = i64::from(run.advance()) * i64::from(line.size) / 1000;
        at.x += Um::try_from(advance).unwrap_or(0);
    }
    if turned {
        surface.pop();
    }
}

/// Draws marks and builds the tree of what they mean.
struct Drawing<'d> {
    missing: &'d mut Vec<char>,
}

impl Drawing<'_> {
    fn tagged_line(&mut self, surface: &mut Surface<'_>, line: &Line) -> Node {
        let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        draw_line(surface, line, self.missing);
        surface.end_tagged();
        id.into()
    }

    fn text(&mut self, surface: &mut Surface<'_>, role: Role, lines: &[Line]) -> Option<Node> {
        if role == Role::Ornament {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)));
            for line in lines {
                draw_line(surface, line, self.missing);
            }
            surface.end_tagged();
            return None;
        }
        let text = || lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        let kind: TagKind = match role {
            Role::Title => Tag::Hn(NonZeroU16::MIN, Some(text())).into(),
            Role::Heading => Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(text())).into(),
            Role::Text | Role::Ornament => Tag::P.into(),
        };
        let children = lines.iter().map(|line| self.tagged_line(surface, line)).collect();
        Some(TagGroup::with_children(kind, children).into())
    }

    fn row(&mut self, surface: &mut Surface<'_>, cells: &[Cell], head: bool) -> Node {
        let mut row = TagGroup::new(Tag::TR);
        for cell in cells {
            let kind: TagKind = if head { Tag::TH(TableHeaderScope::Column).into() } else { Tag::TD.into() };
            let children = cell.iter().map(|line| self.tagged_line(surface, line)).collect();
            row.push(TagGroup::with_children(kind, children));
        }
        row.into()
    }

    fn table(&mut self, surface: &mut Surface<'_>, head: &[Cell], rows: &[Vec<Cell>]) -> Node {
        let mut table = TagGroup::new(Tag::Table);
        table.push(TagGroup::with_children(Tag::THead, vec![self.row(surface, head, true)]));
        let body: Vec<Node> = rows.iter().map(|row| self.row(surface, row, false)).collect();
        if !body.is_empty() {
            table.push(TagGroup::with_children(Tag::TBody, body));
        }
        table.into()
    }

    fn marks(&mut self, surface: &mut Surface<'_>, marks: &[Mark]) -> Vec<Node> {
        let mut nodes = Vec::new();
        for mark in marks {
            match mark {
                Mark::Text { role, lines } => nodes.extend(self.text(surface, *role, lines)),
                Mark::Outline(outline) => {
                    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                    draw_outline(surface, outline);
                    surface.end_tagged();
                }
                Mark::Figure { alt, outlines, lines } => {
                    let id = surface.start_tagged(ContentTag::Other);
                    for outline in outlines {
                        draw_outline(surface, outline);
                    }
                    for line in lines {
                        draw_line(surface, line, self.missing);
                    }
                    surface.end_tagged();
                    nodes.push(TagGroup::with_children(Tag::Figure(Some(alt.clone())), vec![id.into()]).into());
                }
                Mark::Table { head, rows } => nodes.push(self.table(surface, head, rows)),
                Mark::Placed { at, marks } => {
                    surface.push_transform(&Transform::from_translate(points(at.x), points(at.y)));
                    nodes.extend(self.marks(surface, marks));
                    surface.pop();
                }
            }
        }
        nodes
    }
}

/// A part of an RFC 3339 text as a number.
fn part(stamp: &str, from: usize, to: usize) -> Option<u16> {
    stamp.get(from..to)?.parse().ok()
}

/// The instant in the file's particulars, UTC; nothing beyond the calendar.
fn date(at: i64) -> Option<DateTime> {
    let stamp = rfc3339(at);
    let small = |from, to| part(&stamp, from, to).and_then(|number| u8::try_from(number).ok());
    let day = DateTime::new(part(&stamp, 0, 4)?).month(small(5, 7)?).day(small(8, 10)?);
    Some(day.hour(small(11, 13)?).minute(small(14, 16)?).second(small(17, 19)?).utc_offset_hour(0).utc_offset_minute(0))
}

fn settings(size: Size) -> Result<PageSettings, Fault> {
    PageSettings::from_wh(points(size.width), points(size.height))
        .ok_or_else(|| Fault::broken("a page of a document has no size"))
}

fn embedded(file: Attached, date: DateTime) -> Result<EmbeddedFile, Fault> {
    let mime = MimeType::new(&file.mime).ok_or_else(|| Fault::broken("an attached file has no kind"))?;
    Ok(EmbeddedFile {
        path: file.name,
        mime_type: Some(mime),
        description: Some(file.says),
        association_kind: AssociationKind::Data,
        data: file.bytes.into(),
        modification_date: Some(date),
        compress: Some(false),
        location: None,
    })
}

pub(crate) fn written(document: Document) -> Result<Written, Fault> {
    let Document { about, pages, attached } = document;
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| Fault::broken(format!("the standards of a document exclude each other: {error:?}")))?;
    let mut pdf = krilla::Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let date = date(about.made_at).ok_or_else(|| Fault::broken("the instant of a document is beyond the calendar"))?;
    let mut tree = TagTree::new().with_lang(Some(about.language.tag().to_owned()));
    let mut contents = Contents::new();
    let mut missing = Vec::new();
    for (n, page) in pages.iter().enumerate() {
        let mut sheet = pdf.start_page_with(settings(page.size())?);
        let mut surface = sheet.surface();
        let nodes = Drawing { missing: &mut missing }.marks(&mut surface, &page.marks);
        surface.finish();
        sheet.finish();
        for node in nodes {
            tree.push(node);
        }
        if n == 0 {
            let title = page.title().unwrap_or_else(|| printable(&about.title));
            contents.push_child(OutlineNode::new(title, XyzDestination::new(0, place(Point::at(0, 0)))));
        }
    }
    let count = pages.len();
    pdf.set_outline(contents);
    pdf.set_tag_tree(tree);
    pdf.set_metadata(
        Metadata::new()
            .title(about.title)
            .description(about.subject)
            .authors(vec![about.author])
            .language(about.language.tag().to_owned())
            .creator(PRODUCER.to_owned())
            .producer(PRODUCER.to_owned())
            .document_id(about.id)
            .creation_date(date),
    );
    for file in attached {
        let name = file.name.clone();
        pdf.embed_file(embedded(file, date)?)
            .ok_or_else(|| Fault::broken(format!("two files named {name} in one document")))?;
    }
    let bytes = pdf
        .finish()
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing a document", format!("{error:?}")))?;
    Ok(Written { bytes, pages: count, missing })
}
