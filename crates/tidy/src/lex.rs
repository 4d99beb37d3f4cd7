//! A Rust file parted into code, comments and string literals, so that a rule
//! about code is not misled by a word in a comment, and a rule about SQL looks
//! into literals only. It knows no grammar beyond that.

/// A string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Its text; escapes other than the joined line are left as written.
    pub text: String,
}

/// A Rust file in its parts; all keep the lines of the file.
#[derive(Debug, Clone, Default)]
pub struct Rust {
    /// Code alone: comments and the insides of literals are blank.
    pub code: String,
    /// Code with its literals: only comments are blank.
    pub bare: String,
    /// String literals in order.
    pub literals: Vec<Literal>,
}

struct Lexer {
    text: Vec<char>,
    at: usize,
    line: usize,
    out: Rust,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    Comment,
    Inside,
}

fn names(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self, part: Part) -> char {
        let letter = self.peek(0);
        self.at += 1;
        let blank = if letter == '\n' { '\n' } else { ' ' };
        self.out.code.push(if part == Part::Code { letter } else { blank });
        self.out.bare.push(if part == Part::Comment { blank } else { letter });
        self.line += usize::from(letter == '\n');
        letter
    }

    fn more(&self) -> bool {
        self.at < self.text.len()
    }

    fn run(mut self) -> Rust {
        while self.more() {
            match (self.peek(0), self.peek(1)) {
                ('/', '/') => self.line_comment(),
                ('/', '*') => self.block_comment(),
                ('"', _) => self.string(),
                ('\'', _) => self.quote(),
                (letter, _) if names(letter) => self.word(),
                _ => {
                    self.take(Part::Code);
                }
            }
        }
        self.out
    }

    fn line_comment(&mut self) {
        while self.more() && self.peek(0) != '\n' {
            self.take(Part::Comment);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while self.more() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.take(Part::Comment);
                    continue;
                }
            }
            self.take(Part::Comment);
            self.take(Part::Comment);
            if depth == 0 {
                return;
            }
        }
    }

    /// A word, or the prefix of a raw or byte literal.
    fn word(&mut self) {
        let raw = match (self.peek(0), self.peek(1)) {
            ('r', '#' | '"') => 1,
            ('b' | 'c', 'r') if matches!(self.peek(2), '#' | '"') => 2,
            _ => 0,
        };
        if raw > 0 {
            let mut hashes = 0;
            while self.peek(raw + hashes) == '#' {
                hashes += 1;
            }
            if self.peek(raw + hashes) == '"' {
                for _ in 0..raw + hashes {
                    self.take(Part::Code);
                }
                return self.raw_string(hashes);
            }
        }
        while names(self.peek(0)) && self.more() {
            self.take(Part::Code);
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        let line = self.line;
        let mut text = String::new();
        self.take(Part::Code);
        while self.more() {
            if self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#') {
                for _ in 0..=hashes {
                    self.take(Part::Code);
                }
                break;
            }
            text.push(self.take(Part::Inside));
        }
        self.out.literals.push(Literal { line, text });
    }

    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.take(Part::Code);
        while self.more() && self.peek(0) != '"' {
            let letter = self.take(Part::Inside);
            if letter != '\\' {
                text.push(letter);
                continue;
            }
            let escaped = self.take(Part::Inside);
            if escaped != '\n' {
                text.push('\\');
                text.push(escaped);
            }
        }
        self.take(Part::Code);
        self.out.literals.push(Literal { line, text });
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        let literal = self.peek(1) == '\\' || self.peek(2) == '\'';
        self.take(Part::Code);
        if !literal {
            return;
        }
        if self.take(Part::Inside) == '\\' {
            self.take(Part::Inside);
            while self.more() && self.peek(0) != '\'' {
                self.take(Part::Inside);
            }
        }
        self.take(Part::Code);
    }
}

/// Parts a Rust file.
pub fn rust(text: &str) -> Rust {
    Lexer { text: text.chars().collect(), at: 0, line: 1, out: Rust::default() }.run()
}

/// The line, from 1, of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// Where the tests at the foot of a file begin: the byte offset of
/// `#[cfg(test)]` before a module, or the end of the file.
pub fn foot(code: &str) -> usize {
    let mut from = 0;
    while let Some(found) = code.get(from..).and_then(|rest| rest.find("#[cfg(test)]")) {
        let at = from + found;
        let after = code[at + "#[cfg(test)]".len()..].trim_start();
        if after.starts_with("mod ")
            && after.split(['{', ';']).next().is_some_and(|head| after[head.len()..].starts_with('{'))
        {
            return at;
        }
        from = at + 1;
    }
    code.len()
}

/// The block that opens at or after `from`: from its brace to the matching one.
pub fn block(code: &str, from: usize) -> Option<&str> {
    let open = from + code.get(from..)?.find('{')?;
    let mut depth = 0usize;
    for (offset, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return code.get(open..=offset);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether `word` stands at `offset` as a word of its own.
pub fn whole_word(text: &str, offset: usize, word: &str) -> bool {
    let before = text[..offset].chars().next_back();
    let after = text[offset + word.len()..].chars().next();
    !before.is_some_and(names) && !after.is_some_and(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_literals_are_told_apart() {
        let parts = rust(
            "let a = \"x // y\"; // b\n/* c /* d */ */ let e = r#\"f \" g\"#; let h: &'static str = \"\\\"i\"; 'j'",
        );
        assert_eq!(
            parts.code,
            "let a = \"      \";     \n                let e = r#\"     \"#; let h: &'static str = \"   \"; ' '"
        );
        assert_eq!(
            parts.literals.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
            ["x // y", "f \" g", "\\\"i"]
        );
        assert_eq!(parts.literals[1].line, 2);
        assert!(parts.bare.contains("x // y") && !parts.bare.contains("// b"));
    }

    #[test]
    fn characters_and_lifetimes_do_not_open_strings() {
        let parts = rust("fn f<'a>(x: &'a str) { if c == '\"' || c == '\\'' || c == '\\u{4e00}' { g(b'\"', \"s\") } }");
        assert_eq!(parts.literals, [Literal { line: 1, text: "s".into() }]);
        assert_eq!(block(&parts.code, 0).map(str::len), Some(parts.code.len() - "fn f<'a>(x: &'a str) ".len()));
    }

    #[test]
    fn joined_lines_join() {
        assert_eq!(rust("\"a \\\n   b\"").literals[0].text, "a    b");
    }

    #[test]
    fn the_foot_is_the_test_module() {
        let text = "#[cfg(test)]\nuse a;\nfn b() {}\n#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(line_of(text, foot(text)), 4);
        assert_eq!(foot("fn b() {}"), 9);
    }
}
