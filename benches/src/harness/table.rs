//! The report for people.

use super::report::{Report, Row};
use super::stats::Spread;

const COLUMNS: usize = 6;

/// A table of the report, as it is pasted into a document.
pub(super) fn render(report: &Report) -> String {
    let mut lines = vec![head(report)];
    lines.extend(report.contestants.iter().map(row));
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    let mut lines: Vec<String> = lines.iter().map(|line| format_line(line, widths)).collect();
    lines.insert(1, rule(widths));
    format!("{}\n\n{}\n\n{}", title(report), lines.join("\n"), verdict(report))
}

fn title(report: &Report) -> String {
    let Report { suite, about, amount, unit, rounds, machine, load_before, .. } = report;
    format!("## {suite}: {about}\n\n{amount} {unit}, {rounds} rounds, load before {load_before}; {machine}")
}

fn head(report: &Report) -> [String; COLUMNS] {
    let per_second = format!("{}/s", report.unit);
    let times = format!("× {}", report.reference);
    ["contestant", "wall s", "CPU s", &per_second, "peak MB", &times].map(String::from)
}

fn row(row: &Row) -> [String; COLUMNS] {
    [
        row.name.clone(),
        spread(row.wall_seconds),
        spread(row.cpu_seconds),
        format!("{:.0}", row.throughput),
        format!("{:.0}", row.peak_megabytes.median),
        spread(row.ratio),
    ]
}

fn spread(Spread { median, min, max }: Spread) -> String {
    format!("{median:.2} ({min:.2}–{max:.2})")
}

fn format_line(cells: &[String; COLUMNS], widths: [usize; COLUMNS]) -> String {
    let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    format!("| {} |", cells.join(" | "))
}

fn rule(widths: [usize; COLUMNS]) -> String {
    format!("|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"))
}

fn verdict(report: &Report) -> String {
    let mut verdict = vec![String::from("All results agree.")];
    if !report.noisy.is_empty() {
        let names = report.noisy.join(", ");
        verdict.push(format!("NOISY: over 15 % between the fastest and slowest run of {names}."));
    }
    verdict.extend(report.absent.iter().map(|absent| format!("Absent: {absent}.")));
    verdict.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::report::tests::example;

    #[test]
    fn rows_line_up_and_noise_is_told() {
        let text = render(&example());
        let widths: Vec<usize> =
            text.lines().filter(|line| line.starts_with('|')).map(|line| line.chars().count()).collect();
        assert_eq!(widths.len(), 4);
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        assert!(text.contains("| handwritten | 2.10 (2.00–4.00) | 4.20 (4.00–8.00) | 238 "), "{text}");
        assert!(text.ends_with("slowest run of handwritten."), "{text}");
    }

    #[test]
    fn who_is_not_there_is_told() {
        let report = Report { absent: vec!["renoir is not built; build it".to_owned()], ..example() };
        assert!(render(&report).ends_with("\nAbsent: renoir is not built; build it."), "{}", render(&report));
    }
}
