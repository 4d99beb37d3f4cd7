//! The narrative of a resource: one XHTML `div` with the tags that R4 allows,
//! properly nested, without scripts, events or frames.

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];

/// Tags inside each other.
const DEPTH_MAX: usize = 100;

/// Why a narrative is refused, in English and Chinese.
type Why = (&'static str, &'static str);

const SHAPE: Why = ("it must be one div around all of it", "必须由一个 div 包住全部内容");
const NESTING: Why = ("its tags are not properly nested and closed", "标签未正确嵌套或闭合");
const TAG: Why = ("it has a tag that R4 does not allow", "含有 R4 不允许的标签");
const ATTRIBUTE: Why = ("it has an attribute that could run a script", "含有可能执行脚本的属性");
const NOTHING: Why = ("there is nothing to read in it", "没有可读内容");

/// Checks the text of `Narrative.div`.
pub(crate) fn check(text: &str) -> Result<(), Why> {
    let mut rest = text.trim();
    let mut open: Vec<&str> = Vec::new();
    let mut readable = false;
    if !rest.starts_with("<div") {
        return Err(SHAPE);
    }
    while let Some(at) = rest.find('<') {
        readable |= !rest[..at].trim().is_empty();
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").ok_or(NESTING)?.1;
            continue;
        }
        let (tag, after) = tag_end(rest).ok_or(NESTING)?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim_end()) {
                return Err(NESTING);
            }
            if open.is_empty() {
                break;
            }
            continue;
        }
        let (body, closed) = tag.strip_suffix('/').map_or((tag, false), |body| (body, true));
        let name = body.split(|letter: char| letter.is_whitespace()).next().unwrap_or_default();
        if TAGS.binary_search(&name).is_err() {
            return Err(TAG);
        }
        check_attributes(&body[name.len()..])?;
        readable |= name == "img";
        if !closed {
            open.push(name);
        }
        if open.len() > DEPTH_MAX {
            return Err(NESTING);
        }
    }
    if !open.is_empty() {
        return Err(NESTING);
    }
    if !rest.trim().is_empty() {
        return Err(SHAPE);
    }
    if readable { Ok(()) } else { Err(NOTHING) }
}

/// The inside of the tag at the start and what follows it; a `>` inside quotes does not end it.
fn tag_end(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return Some((&text[1..at], &text[at + 1..])),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'<') => return None,
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Attributes must be `name="value"`, must not be events, and links must not run scripts.
fn check_attributes(text: &str) -> Result<(), Why> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or(NESTING)?;
        let name = name.trim();
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or(NESTING)?;
        let (value, after) = after[1..].split_once(quote).ok_or(NESTING)?;
        if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on")) {
            return Err(ATTRIBUTE);
        }
        if matches!(name, "href" | "src" | "xlink:href" | "style") && runs_script(value) {
            return Err(ATTRIBUTE);
        }
        rest = after.trim_start();
    }
    Ok(())
}

fn runs_script(value: &str) -> bool {
    // Entities and blanks can hide the scheme, so a scheme must stand in the open.
    let plain: String = value.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let plain = plain.to_ascii_lowercase();
    let scheme = plain.split(['/', '?', '#']).next().unwrap_or_default();
    plain.contains("script:")
        || plain.contains("expression(")
        || scheme.contains('&')
        || (plain.starts_with("data:") && !plain.starts_with("data:image/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_and_unsafe() {
        assert!(TAGS.is_sorted());
        for (text, expected) in [
            (
                "<div xmlns=\"http://www.w3.org/1999/xhtml\">Generated by <a href=\"https://a.example\">x</a>.</div>",
                Ok(()),
            ),
            ("<div><p>a<br/>b</p><!-- c --><img src='#i'/></div>", Ok(())),
            ("<div><table><tr><td title=\"a > b\">&lt; 5</td></tr></table></div>", Ok(())),
            ("", Err(SHAPE)),
            ("text", Err(SHAPE)),
            ("<div>a</div> b", Err(SHAPE)),
            ("<div>a</div><div>b</div>", Err(SHAPE)),
            ("<div>a", Err(NESTING)),
            ("<div><p>a</div></p>", Err(NESTING)),
            ("<div a>b</div>", Err(NESTING)),
            ("<div <p>>b</div>", Err(NESTING)),
            ("<div> </div>", Err(NOTHING)),
            ("<div><script>x</script></div>", Err(TAG)),
            ("<divx>a</divx>", Err(TAG)),
            ("<div><iframe src='x'/></div>", Err(TAG)),
            ("<div><!DOCTYPE x>a</div>", Err(TAG)),
            ("<div><a href=\"java\nscript:x\">a</a></div>", Err(ATTRIBUTE)),
            ("<div><a href='&#106;avascript:x'>a</a></div>", Err(ATTRIBUTE)),
            ("<div onclick=\"x\">a</div>", Err(ATTRIBUTE)),
            ("<div><a href='data:text/html,x'>a</a></div>", Err(ATTRIBUTE)),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }
}
