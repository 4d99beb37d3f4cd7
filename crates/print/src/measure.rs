//! Lengths, places, colours and the kinds of type; all whole numbers.

/// Micrometres, a thousandth of a millimetre.
pub type Um = i32;

/// Whole millimetres.
pub const fn mm(millimetres: i32) -> Um {
    millimetres * 1000
}

/// The size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: Um,
    /// From top to bottom.
    pub height: Um,
}

impl Size {
    /// A4 upright.
    pub const A4: Self = Self { width: 210_000, height: 297_000 };
    /// A4 lying.
    pub const A4_LANDSCAPE: Self = Self { width: 297_000, height: 210_000 };
    /// A5 upright.
    pub const A5: Self = Self { width: 148_000, height: 210_000 };
    /// A5 lying, the size of bills.
    pub const A5_LANDSCAPE: Self = Self { width: 210_000, height: 148_000 };
    /// A card: ISO/IEC 7810 ID-1, 85.60 × 53.98 mm.
    pub const ID1: Self = Self { width: 85_600, height: 53_980 };
}

/// A place on a page, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// To the right.
    pub x: Um,
    /// Downwards.
    pub y: Um,
}

impl Point {
    /// The point at these distances.
    pub const fn at(x: Um, y: Um) -> Self {
        Self { x, y }
    }

    pub(crate) const fn moved(self, by: Self) -> Self {
        Self { x: self.x + by.x, y: self.y + by.y }
    }
}

/// A rectangle on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: Um,
    /// Upper edge.
    pub y: Um,
    /// From left to right.
    pub width: Um,
    /// From top to bottom.
    pub height: Um,
}

impl Area {
    /// The rectangle with this upper left corner and size.
    pub const fn of(x: Um, y: Um, width: Um, height: Um) -> Self {
        Self { x, y, width, height }
    }

    /// The same, smaller by `by` on all four sides.
    #[must_use]
    pub const fn inset(self, by: Um) -> Self {
        Self { x: self.x + by, y: self.y + by, width: self.width - 2 * by, height: self.height - 2 * by }
    }

    /// The right edge.
    pub const fn right(self) -> Um {
        self.x + self.width
    }

    /// The lower edge.
    pub const fn bottom(self) -> Um {
        self.y + self.height
    }
}

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(
    /// Red.
    pub u8,
    /// Green.
    pub u8,
    /// Blue.
    pub u8,
);

impl Colour {
    /// The ink of text.
    pub const INK: Self = Self(0x12, 0x20, 0x1d);
    /// Text of less weight.
    pub const SOFT: Self = Self(0x43, 0x53, 0x4f);
    /// Pure black, for thermal printers.
    pub const BLACK: Self = Self(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self(0xff, 0xff, 0xff);
    /// Health, darkest: the ink of codes.
    pub const JADE_900: Self = Self(0x06, 0x35, 0x2e);
    /// Health.
    pub const JADE_600: Self = Self(0x0b, 0x6f, 0x5f);
    /// Health, lightest.
    pub const JADE_100: Self = Self(0xd8, 0xee, 0xe8);
    /// Insurance.
    pub const INDIGO_600: Self = Self(0x2b, 0x4f, 0xb0);
    /// Insurance, lightest.
    pub const INDIGO_100: Self = Self(0xdf, 0xe6, 0xf8);
    /// Self-payment, in the place of indigo.
    pub const SLATE: Self = Self(0x4a, 0x58, 0x66);
    /// "Please look."
    pub const AMBER_100: Self = Self(0xfd, 0xf0, 0xd2);
    /// Harm, and what is void.
    pub const RED_700: Self = Self(0x9d, 0x1c, 0x14);
    /// Official seals only.
    pub const SEAL: Self = Self(0xb4, 0x29, 0x1f);
    /// Thin rules.
    pub const LINE: Self = Self(0xcf, 0xd8, 0xd4);
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// Its width.
    pub width: Um,
    /// Drawn and left out in turn; nothing means drawn throughout.
    pub dash: Option<(Um, Um)>,
}

impl Stroke {
    /// A line without gaps.
    pub const fn of(colour: Colour, width: Um) -> Self {
        Self { colour, width, dash: None }
    }

    /// The same with gaps.
    #[must_use]
    pub const fn dashed(mut self, on: Um, off: Um) -> Self {
        self.dash = Some((on, off));
        self
    }
}

/// Where a text stands to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Begins there.
    #[default]
    Left,
    /// Has its middle there.
    Centre,
    /// Ends there.
    Right,
}

/// What a text is to somebody who hears the page read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// The title of the document; once, on its first page.
    Title,
    /// The title of a part.
    Heading,
    /// A paragraph.
    #[default]
    Text,
    /// Not read aloud: page numbers, repeated heads.
    Ornament,
}

/// A kind of type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    /// The height of the type (12 px on paper is 3175).
    pub size: Um,
    /// Heavier.
    pub bold: bool,
    /// Its colour.
    pub colour: Colour,
    /// Where it stands to its point.
    pub align: Align,
    /// What it is.
    pub role: Role,
}

impl Type {
    /// Ink, from the left, a paragraph.
    pub const fn plain(size: Um) -> Self {
        Self { size, bold: false, colour: Colour::INK, align: Align::Left, role: Role::Text }
    }

    /// Heavier.
    #[must_use]
    pub const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// In a colour.
    #[must_use]
    pub const fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// Placed otherwise.
    #[must_use]
    pub const fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// Ends at its point.
    #[must_use]
    pub const fn right(self) -> Self {
        self.align(Align::Right)
    }

    /// Has its middle at its point.
    #[must_use]
    pub const fn centred(self) -> Self {
        self.align(Align::Centre)
    }

    /// With another role.
    #[must_use]
    pub const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// From line to line: 1.4 times the size.
    pub const fn line_height(self) -> Um {
        self.size * 7 / 5
    }
}
