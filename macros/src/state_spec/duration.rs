//! Times to live as text: `1h30m`.

use syn::{Error, LitStr, Result};

/// How long a cell lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeToLive {
    Forever,
    Millis(u64),
}

pub(super) fn parse(text: &LitStr) -> Result<TimeToLive> {
    let value = text.value();
    if value == "forever" {
        return Ok(TimeToLive::Forever);
    }
    match millis(&value) {
        Some(millis) if millis > 0 => Ok(TimeToLive::Millis(millis)),
        _ => Err(Error::new_spanned(
            text,
            "a time to live is a span of time of the units d, h, m, s and ms, such as \"30m\" or \"1h30m\", or \"forever\"",
        )),
    }
}

/// `1h30m` in milliseconds: numbers, each with a unit behind it.
fn millis(text: &str) -> Option<u64> {
    let (mut rest, mut sum) = (text, 0_u64);
    while !rest.is_empty() {
        let (number, behind) = split_before(rest, |c| !c.is_ascii_digit());
        let (unit, behind) = split_before(behind, |c| c.is_ascii_digit());
        let part = number.parse::<u64>().ok()?.checked_mul(unit_millis(unit.trim())?)?;
        sum = sum.checked_add(part)?;
        rest = behind;
    }
    Some(sum).filter(|_| !text.is_empty())
}

fn split_before(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
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
    use proc_macro2::Span;

    fn parsed(text: &str) -> Option<TimeToLive> {
        parse(&LitStr::new(text, Span::call_site())).ok()
    }

    #[test]
    fn spans_of_time_are_read() {
        let cases = [("1h", 3_600_000), ("90s", 90_000), ("1h30m", 5_400_000), ("2d 1ms", 172_800_001)];
        for (text, millis) in cases {
            assert_eq!(parsed(text), Some(TimeToLive::Millis(millis)), "{text}");
        }
        assert_eq!(parsed("forever"), Some(TimeToLive::Forever));
    }

    #[test]
    fn what_is_no_span_of_time_is_refused() {
        for text in ["", "1", "h", "1 hour", "-1h", "0s", "1.5h", "h1", "99999999999999999999d", "200000000000000000d"]
        {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
