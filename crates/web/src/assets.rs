//! Style sheets, scripts and the mark, held in the program and served under an
//! address that contains a hash of the content, so that a browser may keep them
//! for ever and a new release is seen at once.

/// One file that pages refer to.
struct Asset {
    /// The name pages use, for example `desk.css`.
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    hash: u64,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";

/// Where assets live; [`asset`] takes what follows.
pub const PREFIX: &str = "/assets/";

macro_rules! assets {
    ($($name:literal $content_type:ident $path:literal;)*) => {
        const ASSETS: &[Asset] = &[$(Asset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!($path),
            hash: fnv(include_bytes!($path)),
        },)*];
    };
}

assets! {
    "tokens.css" CSS "css/tokens.css";
    "parts.css" CSS "css/parts.css";
    "desk.css" CSS "css/desk.css";
    "phone.css" CSS "css/phone.css";
    "rooms.css" CSS "css/rooms.css";
    "plain.css" CSS "css/plain.css";
    "home.css" CSS "css/home.css";
    "kiosk.css" CSS "css/kiosk.css";
    "scan.js" JS "js/scan.js";
    "clinic.js" JS "js/clinic.js";
    "qr.js" JS "js/qr.js";
    "own-code.js" JS "js/own-code.js";
    "credential.js" JS "js/credential.js";
    "cards.js" JS "js/cards.js";
    "phone.js" JS "js/phone.js";
    "sw.js" JS "js/sw.js";
    "passkey.js" JS "js/passkey.js";
    "progress.js" JS "js/progress.js";
    "pay.js" JS "js/pay.js";
    "kiosk.js" JS "js/kiosk.js";
    "mark.svg" SVG "css/mark.svg";
    "icon-192.png" PNG "css/icon-192.png";
    "icon-512.png" PNG "css/icon-512.png";
}

/// The content type and bytes behind what follows [`PREFIX`] in an address.
/// Only the current hash answers; the bytes never change under one address.
pub fn asset(path: &str) -> Option<(&'static str, &'static [u8])> {
    let asset = ASSETS.iter().find(|asset| hashed(asset) == path)?;
    Some((asset.content_type, asset.bytes))
}

/// The address of an asset by the name pages use (`desk.css`); an unknown name
/// gives an address that answers 404, which the tests of the pages catch.
pub fn href(name: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    format!("{PREFIX}{}", asset.map_or_else(|| name.to_owned(), hashed))
}

/// The content type and bytes of an asset by the name pages use, for the few that
/// need an address of their own (a service worker's address is its scope).
pub fn named(name: &str) -> Option<(&'static str, &'static [u8])> {
    ASSETS.iter().find(|asset| asset.name == name).map(|asset| (asset.content_type, asset.bytes))
}

/// The names of all assets, for whoever wants to write them out.
pub fn names() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.name)
}

fn hashed(asset: &Asset) -> String {
    let (stem, ending) = asset.name.rsplit_once('.').unwrap_or((asset.name, ""));
    format!("{stem}.{:016x}.{ending}", asset.hash)
}

/// FNV-1a with 64 bits: told apart, not protected, so it need not be secret.
const fn fnv(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < bytes.len() {
        hash ^= bytes[index] as u64;
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_answers_under_its_address_only() {
        for name in names() {
            let address = href(name);
            let path = address.strip_prefix(PREFIX).unwrap();
            let (content_type, bytes) = asset(path).unwrap();
            assert!(!bytes.is_empty() && content_type.contains('/'));
            assert!(asset(name).is_none(), "{name} must not answer without its hash");
        }
        assert_eq!(href("absent.css"), "/assets/absent.css");
        assert_eq!(fnv(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn nothing_points_outside() {
        for name in names().filter(|name| std::path::Path::new(name).extension().is_none_or(|end| end != "png")) {
            let (_, bytes) = asset(href(name).strip_prefix(PREFIX).unwrap()).unwrap();
            let text = String::from_utf8_lossy(bytes).replace("http://www.w3.org/2000/svg", "");
            for outside in ["http://", "https://", "url(", "@import", "eval(", "new Function"] {
                assert!(!text.contains(outside), "{name} contains {outside}");
            }
        }
    }

    #[test]
    fn the_code_page_stays_small() {
        let size = |name: &str| asset(href(name).strip_prefix(PREFIX).unwrap()).unwrap().1.len();
        let total: usize =
            ["tokens.css", "parts.css", "phone.css", "qr.js", "own-code.js", "credential.js", "phone.js", "sw.js"]
                .into_iter()
                .map(size)
                .sum();
        assert!(total < 60_000, "{total} bytes before compression; the code page may have 60 KB in all");
    }
}
