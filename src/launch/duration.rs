//! Spans of time on the command line.

use std::time::Duration;

/// Reads a span of time: numbers with units, such as `90s` or `1h30m`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "give a span of time of the units d, h, m, s and ms, such as 10s or 1h30m".to_owned();
    let millis = millis(text).ok_or_else(wrong)?;
    if millis == 0 { Err(wrong()) } else { Ok(Duration::from_millis(millis)) }
}

fn millis(mut text: &str) -> Option<u64> {
    let mut sum = 0_u64;
    while !text.is_empty() {
        let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(unit_at);
        let (unit, rest) = rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(unit_millis(unit)?)?)?;
        text = rest;
    }
    Some(sum)
}

fn unit_millis(unit: &str) -> Option<u64> {
    match unit {
        "d" => Some(24 * 60 * 60 * 1000),
        "h" => Some(60 * 60 * 1000),
        "m" => Some(60 * 1000),
        "s" => Some(1000),
        "ms" => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_units() {
        assert_eq!(parse("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("1d250ms"), Ok(Duration::from_hours(24) + Duration::from_millis(250)));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "10", "s", "0s", "1.5s", "-1s", "10 s", "1w", "1h30", "99999999999999999999d"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
