//! A document: its pages, what is said about it, files that travel inside it.

use crate::page::Page;
use crate::write;
use kernel::Fault;

/// The language of a document's fixed words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// `zh-CN` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// What is said about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Shown in the window's title; never empty.
    pub title: String,
    /// Who issues it.
    pub author: String,
    /// One sentence on what it is.
    pub subject: String,
    /// The language of its words.
    pub language: Language,
    /// The instant of the document, microseconds UTC: not the instant of printing.
    pub made_at: i64,
    /// Tells this document from all others, for example the number of a bill.
    pub id: String,
}

/// A file that travels inside a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attached {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) says: String,
    pub(crate) bytes: Vec<u8>,
}

/// Pages that become one file.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) about: About,
    pub(crate) pages: Vec<Page>,
    pub(crate) attached: Vec<Attached>,
}

/// A document as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters that no font here has: drawn as 〓, copied as themselves; each once.
    pub missing: Vec<char>,
}

/// What stands around an attached file, so that [`attached`] finds it again.
const OPENS: &str = "yima-attached-1:";
const CLOSES: &str = "\nyima-attached-end\n";

impl Document {
    /// A document without pages.
    pub fn new(about: About) -> Self {
        Self { about, pages: Vec::new(), attached: Vec::new() }
    }

    /// Adds a page behind the others.
    pub fn add(&mut self, page: Page) {
        self.pages.push(page);
    }

    /// How many pages there are.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Lets a file travel inside, readable without a PDF reader by [`attached`].
    /// `bytes` are text that does not hold the mark such a file ends with.
    pub fn attach(&mut self, name: &str, mime: &str, says: &str, bytes: &[u8]) {
        let mut framed = format!("{OPENS}{name}:{}\n", bytes.len()).into_bytes();
        framed.extend_from_slice(bytes);
        framed.extend_from_slice(CLOSES.as_bytes());
        self.attached.push(Attached {
            name: name.to_owned(),
            mime: mime.to_owned(),
            says: says.to_owned(),
            bytes: framed,
        });
    }

    /// Writes the file: PDF/A-3a and PDF/UA-1. The same document gives the same
    /// bytes. A fault when a rule of those standards is broken, which is a mistake
    /// of this program.
    pub fn write(self) -> Result<Written, Fault> {
        write::written(self)
    }
}

/// The file of this name inside a document of ours; nothing when there is none or
/// its frame is broken.
pub fn attached(pdf: &[u8], name: &str) -> Option<Vec<u8>> {
    let opens = format!("{OPENS}{name}:").into_bytes();
    let start = pdf.windows(opens.len()).position(|window| window == opens)? + opens.len();
    let rest = pdf.get(start..)?;
    let line = rest.iter().take(12).position(|byte| *byte == b'\n')?;
    let length: usize = std::str::from_utf8(rest.get(..line)?).ok()?.parse().ok()?;
    let body = rest.get(line + 1..)?.get(..length)?;
    let behind = rest.get(line + 1 + length..)?.get(..CLOSES.len())?;
    (behind == CLOSES.as_bytes()).then(|| body.to_vec())
}
