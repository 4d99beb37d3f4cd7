//! An amount in the figures that cannot be altered with a stroke: 贰佰捌拾陆元肆角整
//! (票据法 style of writing amounts).

use kernel::Fen;

const FIGURES: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

fn figure(digit: u8) -> char {
    FIGURES.get(usize::from(digit)).copied().unwrap_or('零')
}

/// Four digits with 仟佰拾; zeros between figures once, none at the end.
fn four(digits: [u8; 4]) -> String {
    let mut text = String::new();
    let mut waiting = false;
    for (digit, place) in digits.into_iter().zip(["仟", "佰", "拾", ""]) {
        if digit == 0 {
            waiting = !text.is_empty();
            continue;
        }
        if waiting {
            text.push('零');
            waiting = false;
        }
        text.push(figure(digit));
        text.push_str(place);
    }
    text
}

fn digits(group: u64) -> [u8; 4] {
    let text = format!("{group:04}");
    let mut digits = [0; 4];
    for (slot, byte) in digits.iter_mut().zip(text.bytes()) {
        *slot = byte.saturating_sub(b'0');
    }
    digits
}

/// Whole yuan in groups of four digits with 亿 and 万.
fn yuan(whole: u64) -> String {
    let groups: Vec<(u64, &str)> = [(1_000_000_000_000u64, "万亿"), (100_000_000, "亿"), (10_000, "万"), (1, "")]
        .into_iter()
        .map(|(worth, name)| (whole.checked_div(worth).unwrap_or(0) % 10_000, name))
        .collect();
    let mut text = String::new();
    let mut gap = false;
    for (group, name) in groups {
        if group == 0 {
            gap = !text.is_empty();
            continue;
        }
        if !text.is_empty() && (gap || group < 1000) {
            text.push('零');
        }
        gap = false;
        text.push_str(&four(digits(group)));
        text.push_str(name);
    }
    text
}

/// The amount in capital figures.
pub fn capital(amount: Fen) -> String {
    let size = amount.0.unsigned_abs();
    let (whole, cents) = (size.checked_div(100).unwrap_or(0), u8::try_from(size % 100).unwrap_or(0));
    let (tenths, hundredths) = (cents.checked_div(10).unwrap_or(0), cents % 10);
    let mut text = String::new();
    if amount.0 < 0 {
        text.push('负');
    }
    if whole > 0 {
        text.push_str(&yuan(whole));
        text.push('元');
    }
    match (tenths, hundredths) {
        (0, 0) if whole == 0 => text.push_str("零元整"),
        (0, 0) => text.push('整'),
        (0, last) => {
            if whole > 0 {
                text.push('零');
            }
            text.push(figure(last));
            text.push('分');
        }
        (first, last) => {
            text.push(figure(first));
            text.push('角');
            if last == 0 {
                text.push('整');
            } else {
                text.push(figure(last));
                text.push('分');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_on_a_cheque() {
        for (fen, text) in [
            (28_640, "贰佰捌拾陆元肆角整"),
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (105, "壹元零伍分"),
            (123, "壹元贰角叁分"),
            (100_100, "壹仟零壹元整"),
            (1_000_000, "壹万元整"),
            (1_000_100, "壹万零壹元整"),
            (1_234_500, "壹万贰仟叁佰肆拾伍元整"),
            (1_020_500, "壹万零贰佰零伍元整"),
            (10_000_000_000, "壹亿元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (10_001_000_000, "壹亿零壹万元整"),
            (100_000_000_000_000, "壹万亿元整"),
            (-28_640, "负贰佰捌拾陆元肆角整"),
            (200_001, "贰仟元零壹分"),
        ] {
            assert_eq!(capital(Fen(fen)), text, "{fen}");
        }
    }
}
