//! The report for people.

use super::report::{Report, Row};
use super::stats::Spread;

const COLUMNS: usize = 6;

/// The whole report.
pub(super) fn render(report: &Report) -> String {
    format!("{}\n\n{}\n\n{}", title(report), figures(report), verdict(report))
}

/// The table alone.
pub(super) fn figures(report: &Report) -> String {
    let mut lines = vec![head(report)];
    lines.extend(report.contestants.iter().map(row));
    grid(&lines)
}

/// Lines of cells, of which the first is the head, as a table.
pub(super) fn grid<const COLUMNS: usize>(lines: &[[String; COLUMNS]]) -> String {
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    let mut lines: Vec<String> = lines.iter().map(|line| format_line(line, widths)).collect();
    lines.insert(1, rule(widths));
    lines.join("\n")
}

fn title(report: &Report) -> String {
    let Report { suite, about, .. } = report;
    format!("## {suite}: {about}\n\n{}", circumstances(report))
}

/// What the figures depend on.
pub(super) fn circumstances(report: &Report) -> String {
    let Report { amount, unit, rounds, machine, load_before, load_after, date, command, .. } = report;
    let load = format!("load {load_before} before and {load_after} after");
    format!("{amount} {unit}, {rounds} rounds, {load}, {date}; {machine}; `{command}`")
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
        rounded(row.throughput),
        format!("{:.0}", row.peak_megabytes.median),
        spread(row.ratio),
    ]
}

fn spread(Spread { median, min, max }: Spread) -> String {
    let digits = if median < 0.1 { 4 } else { 2 };
    format!("{median:.digits$} ({min:.digits$}–{max:.digits$})")
}

/// A figure with two digits or more that count.
pub(super) fn rounded(figure: f64) -> String {
    let digits = if figure >= 9.5 {
        0
    } else if figure >= 0.95 {
        1
    } else {
        3
    };
    format!("{figure:.digits$}")
}

fn format_line<const COLUMNS: usize>(cells: &[String; COLUMNS], widths: [usize; COLUMNS]) -> String {
    let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    format!("| {} |", cells.join(" | "))
}

fn rule<const COLUMNS: usize>(widths: [usize; COLUMNS]) -> String {
    format!("|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"))
}

/// What is to be said about the figures.
pub(super) fn verdict(report: &Report) -> String {
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
        assert_eq!([238.4, 9.44, 0.0123].map(rounded), ["238", "9.4", "0.012"]);
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        assert!(text.contains("| handwritten | 2.10 (2.00–4.00) | 4.20 (4.00–8.00) | 238 "), "{text}");
        assert!(text.ends_with("slowest run of handwritten."), "{text}");
    }

    #[test]
    fn milliseconds_are_told_apart() {
        let spread = |median| super::spread(Spread { median, min: median, max: 2.0 * median });
        assert_eq!([spread(0.0059), spread(0.11)], ["0.0059 (0.0059–0.0118)", "0.11 (0.11–0.22)"]);
    }

    #[test]
    fn who_is_not_there_is_told() {
        let report = Report { absent: vec!["renoir is not built; build it".to_owned()], ..example() };
        assert!(render(&report).ends_with("\nAbsent: renoir is not built; build it."), "{}", render(&report));
    }
}
