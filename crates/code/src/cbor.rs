//! As much of CBOR (RFC 8949) as signed parts need, in its deterministic form:
//! shortest heads, definite lengths. Who writes maps writes their keys in order.

/// Why bytes are not what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCbor {
    /// The bytes end before the item does.
    Short,
    /// Bytes follow the last item.
    Long,
    /// An item of another type than expected at this place.
    Type,
    /// A head longer than needed, or of indefinite length.
    Form,
    /// A number beyond what the field takes, or a text that is not UTF-8.
    Value,
}

impl std::fmt::Display for BadCbor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Short => "the bytes end early",
            Self::Long => "bytes follow the end",
            Self::Type => "an item of another type was expected",
            Self::Form => "a number is not in its shortest form",
            Self::Value => "a value is out of range",
        })
    }
}

impl std::error::Error for BadCbor {}

/// What the low bits of a head say when the value follows in 1, 2, 4, 8 bytes.
const ONE: u8 = 0x18;
const TWO: u8 = 0x19;
const FOUR: u8 = 0x1A;
const EIGHT: u8 = 0x1B;
const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;
/// Items inside items at most.
const DEPTH_MAX: u8 = 8;

/// Writes items one after another.
#[derive(Debug, Default, Clone)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Nothing written yet.
    pub fn new() -> Self {
        Self(Vec::with_capacity(160))
    }

    fn head(&mut self, major: u8, value: u64) -> &mut Self {
        let bytes = value.to_be_bytes();
        let major = major << 5;
        match value {
            0..24 => self.0.push(major | bytes[7]),
            24..0x100 => self.0.extend([major | ONE, bytes[7]]),
            0x100..0x1_0000 => self.0.extend([major | TWO, bytes[6], bytes[7]]),
            0x1_0000..0x1_0000_0000 => {
                self.0.push(major | FOUR);
                self.0.extend(&bytes[4..]);
            }
            _ => {
                self.0.push(major | EIGHT);
                self.0.extend(bytes);
            }
        }
        self
    }

    /// A whole number.
    pub fn int(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(value) => self.head(UINT, value),
            Err(_negative) => self.head(NEGATIVE, value.unsigned_abs() - 1),
        }
    }

    /// Bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.head(BYTES, bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.head(TEXT, text.len() as u64);
        self.0.extend(text.as_bytes());
        self
    }

    /// Begins a list of so many items.
    pub fn array(&mut self, length: usize) -> &mut Self {
        self.head(ARRAY, length as u64)
    }

    /// Begins a map of so many pairs.
    pub fn map(&mut self, pairs: usize) -> &mut Self {
        self.head(MAP, pairs as u64)
    }

    /// A tag for the item that follows.
    pub fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(TAG, tag)
    }

    /// True or false.
    pub fn truth(&mut self, value: bool) -> &mut Self {
        self.head(SIMPLE, if value { 21 } else { 20 })
    }

    /// What was written.
    pub fn end(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Reads items one after another; every number must be in its shortest form.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// From the start of some bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], BadCbor> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(BadCbor::Short)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<(u8, u64), BadCbor> {
        let [first] = *self.take(1)? else { return Err(BadCbor::Short) };
        let (more, least) = match first & 0x1F {
            small @ 0..24 => return Ok((first >> 5, u64::from(small))),
            ONE => (1, 24),
            TWO => (2, 0x100),
            FOUR => (4, 0x1_0000),
            EIGHT => (8, 0x1_0000_0000),
            _ => return Err(BadCbor::Form),
        };
        let value = self.take(more)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        if value < least { Err(BadCbor::Form) } else { Ok((first >> 5, value)) }
    }

    fn of(&mut self, major: u8) -> Result<u64, BadCbor> {
        let (found, value) = self.head()?;
        if found == major { Ok(value) } else { Err(BadCbor::Type) }
    }

    fn length(&mut self, major: u8) -> Result<usize, BadCbor> {
        let length = usize::try_from(self.of(major)?).map_err(|_too_large| BadCbor::Short)?;
        // No item takes less than a byte, so that a made-up length is seen at once.
        if length > self.bytes.len() { Err(BadCbor::Short) } else { Ok(length) }
    }

    /// A whole number.
    pub fn int(&mut self) -> Result<i64, BadCbor> {
        let (major, value) = self.head()?;
        let value = i64::try_from(value).map_err(|_too_large| BadCbor::Value)?;
        match major {
            UINT => Ok(value),
            NEGATIVE => Ok(-1 - value),
            _ => Err(BadCbor::Type),
        }
    }

    /// A whole number of some smaller type.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T, BadCbor> {
        T::try_from(self.int()?).map_err(|_range| BadCbor::Value)
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], BadCbor> {
        let length = self.length(BYTES)?;
        self.take(length)
    }

    /// Exactly so many bytes.
    pub fn exactly<const N: usize>(&mut self) -> Result<[u8; N], BadCbor> {
        self.bytes()?.try_into().map_err(|_length| BadCbor::Value)
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'a str, BadCbor> {
        let length = self.length(TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_not_utf8| BadCbor::Value)
    }

    /// How many items the list that begins here has.
    pub fn array(&mut self) -> Result<usize, BadCbor> {
        self.length(ARRAY)
    }

    /// A list of exactly so many items begins here.
    pub fn array_of(&mut self, length: usize) -> Result<(), BadCbor> {
        if self.array()? == length { Ok(()) } else { Err(BadCbor::Value) }
    }

    /// How many pairs the map that begins here has.
    pub fn map(&mut self) -> Result<usize, BadCbor> {
        self.length(MAP)
    }

    /// The tag, when the next item has one.
    pub fn tag(&mut self) -> Result<Option<u64>, BadCbor> {
        match self.bytes.first() {
            Some(first) if first >> 5 == TAG => self.of(TAG).map(Some),
            _ => Ok(None),
        }
    }

    /// Passes over one item of any kind.
    pub fn skip(&mut self) -> Result<(), BadCbor> {
        self.skip_in(DEPTH_MAX)
    }

    fn skip_in(&mut self, depth: u8) -> Result<(), BadCbor> {
        let deeper = depth.checked_sub(1).ok_or(BadCbor::Value)?;
        let (major, value) = self.head()?;
        match major {
            UINT | NEGATIVE | SIMPLE => Ok(()),
            BYTES | TEXT => {
                self.take(usize::try_from(value).map_err(|_too_large| BadCbor::Short)?)?;
                Ok(())
            }
            TAG => self.skip_in(deeper),
            _ => {
                let items = if major == MAP { value.saturating_mul(2) } else { value };
                if items > self.bytes.len() as u64 {
                    return Err(BadCbor::Short);
                }
                (0..items).try_for_each(|_item| self.skip_in(deeper))
            }
        }
    }

    /// Nothing may follow.
    pub fn end(self) -> Result<(), BadCbor> {
        if self.bytes.is_empty() { Ok(()) } else { Err(BadCbor::Long) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_one_form() {
        for (value, bytes) in [
            (0_i64, vec![0x00]),
            (23, vec![0x17]),
            (24, vec![0x18, 24]),
            (256, vec![0x19, 1, 0]),
            (65_536, vec![0x1A, 0, 1, 0, 0]),
            (-1, vec![0x20]),
            (-8, vec![0x27]),
            (-65_537, vec![0x3A, 0, 1, 0, 0]),
        ] {
            assert_eq!(Writer::new().int(value).end(), bytes);
            assert_eq!(Reader::new(&bytes).int(), Ok(value));
        }
        assert_eq!(Reader::new(&[0x18, 23]).int(), Err(BadCbor::Form));
        assert_eq!(Reader::new(&[0x19, 0, 255]).int(), Err(BadCbor::Form));
        assert_eq!(Reader::new(&[0x1F]).int(), Err(BadCbor::Form));
        assert_eq!(Reader::new(&[0x5A, 0xFF, 0xFF, 0xFF, 0xFF]).bytes(), Err(BadCbor::Short));
        assert_eq!(Reader::new(&[0x81; 40]).skip(), Err(BadCbor::Value));
        assert_eq!(Reader::new(&[0x9B, 255, 255, 255, 255, 255, 255, 255, 255]).skip(), Err(BadCbor::Short));
    }

    proptest! {
        #[test]
        fn any_number_comes_back(value in any::<i64>()) {
            let bytes = Writer::new().int(value).end();
            prop_assert_eq!(Reader::new(&bytes).int(), Ok(value));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            let mut items = 0;
            while reader.skip().is_ok() {
                items += 1;
            }
            prop_assert!(items <= bytes.len());
        }
    }
}
