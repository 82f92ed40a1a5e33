//! Numbers, sizes and times as people write them in options.

use std::time::Duration;

/// A whole number in decimal digits, with `_` between digits if wished.
pub fn number(text: &str) -> Option<u64> {
    let digits: String = text.trim().chars().filter(|&c| c != '_').collect();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // More than 64 bits is more than there can be of anything.
    Some(digits.parse().unwrap_or(u64::MAX))
}

/// Bytes: `500`, `3GiB`, `500M`, `1.5 GB`, in either case.
pub fn bytes(text: &str) -> Option<usize> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (amount, unit) = (&text[..end], text[end..].trim().to_ascii_lowercase());
    let factor: u64 = match unit.as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1000 * 1000,
        "g" | "gb" => 1000 * 1000 * 1000,
        "t" | "tb" => 1000 * 1000 * 1000 * 1000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        "ti" | "tib" => 1 << 40,
        _ => return None,
    };
    let total = match number(amount) {
        Some(whole) => whole.saturating_mul(factor),
        None if amount.bytes().any(|b| b.is_ascii_digit()) => {
            let amount: f64 = amount.replace('_', "").parse().ok()?;
            // `as` saturates, which is what a bound should do.
            (amount * factor as f64) as u64
        }
        None => return None,
    };
    Some(usize::try_from(total).unwrap_or(usize::MAX))
}

/// Seconds, not negative: `90`, `0.5`.
pub fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds: f64 = text.parse().ok()?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_decimal_and_binary_units() {
        assert_eq!(bytes("500"), Some(500));
        assert_eq!(bytes("500M"), Some(500_000_000));
        assert_eq!(bytes("3GiB"), Some(3 << 30));
        assert_eq!(bytes("1.5 kib"), Some(1536));
        assert_eq!(bytes("99999999999999999999T"), Some(usize::MAX));
        for wrong in ["", "M", "3XB", "-1", "1.2.3", "three", ".", "1e3"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_not_negative_and_never_overflow() {
        assert_eq!(seconds("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(seconds(&"9".repeat(400)), Some(Duration::MAX));
        for wrong in ["-1", "nan", "inf", "", ".", "1s"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_decimal() {
        assert_eq!(number("1_000"), Some(1000));
        assert_eq!(number("18446744073709551616"), Some(u64::MAX));
        assert_eq!((number("-1"), number("1e3"), number("x"), number("_")), (None, None, None, None));
    }
}
