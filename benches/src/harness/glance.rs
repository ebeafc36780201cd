//! All suites in one table.

use super::report::{Report, Row};
use super::stats::Spread;
use super::table;

const HEAD: [&str; 10] = [
    "suite",
    "beamline",
    "live",
    "1 thread",
    "live, 1 thread",
    "fastest peer",
    "beside it",
    "1 → 2 threads",
    "by hand",
    "peak MB (least of peers)",
];

/// How beamline does in each suite, and beside peers in all of them.
pub(super) fn render(reports: &[Report]) -> String {
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(reports.iter().filter_map(line));
    let beside: Vec<f64> = reports.iter().filter_map(beside_fastest_peer).collect();
    let median = match beside.len() {
        0 => String::new(),
        count => {
            let median = Spread::of(&beside).median;
            format!(
                "\n\nIn the median of the {count} suites that peers have, the fastest peer takes {median:.2} times as long as \
                 beamline."
            )
        }
    };
    format!("### At a glance\n\n{EXPLANATION}\n\n{}{median}", table::grid(&lines))
}

const EXPLANATION: &str = "\
Times as multiples of the reference's, which is one thread by hand in most suites: of collections with an end and of streams without
(live), on two threads and on one. Of peers, which have two threads, the fastest is shown with its multiple, and how many times as long
it takes as the faster form of beamline (above 1.00 beamline is ahead). Then how many times as long one thread takes as two, in beamline
and by hand, and the peak memory of beamline, of a stream where there is that, in brackets that of the smallest peer. All are medians of
what was measured round by round.";

fn line(report: &Report) -> Option<[String; HEAD.len()]> {
    let form = find(report, "beamline-live").or_else(|| find(report, "beamline"))?;
    let multiple = |name| Some(format!("{:.2}", find(report, name)?.ratio.median));
    let peer = fastest_peer(report);
    let gain = [("beamline-1", "beamline"), ("beamline-live-1", "beamline-live")]
        .into_iter()
        .find_map(|(one, two)| times_as_long(find(report, one)?, find(report, two)?));
    let by_hand = (report.reference == "handwritten")
        .then(|| times_as_long(find(report, "handwritten")?, find(report, "two-threads")?))
        .flatten();
    let memory = |row: &Row| row.peak_megabytes.median;
    let least = peers(report).map(memory).min_by(f64::total_cmp);
    let or_dash = |cell: Option<String>| cell.unwrap_or_else(|| String::from("–"));
    let two_digits = |figure: Option<f64>| or_dash(figure.map(|figure| format!("{figure:.2}")));
    Some([
        format!("`{}`", report.suite),
        or_dash(multiple("beamline")),
        or_dash(multiple("beamline-live")),
        or_dash(multiple("beamline-1")),
        or_dash(multiple("beamline-live-1")),
        or_dash(peer.map(|peer| format!("{} {:.2}", peer.name, peer.ratio.median))),
        two_digits(beside_fastest_peer(report)),
        two_digits(gain),
        two_digits(by_hand),
        format!("{:.0}{}", memory(form), least.map(|least| format!(" ({least:.0})")).unwrap_or_default()),
    ])
}

fn find<'a>(report: &'a Report, name: &str) -> Option<&'a Row> {
    report.contestants.iter().find(|row| row.name == name)
}

/// Of a collection with an end, or of a stream.
fn faster_form(report: &Report) -> Option<&Row> {
    ["beamline", "beamline-live"].into_iter().filter_map(|name| find(report, name)).min_by(|a, b| by_ratio(a, b))
}

fn peers(report: &Report) -> impl Iterator<Item = &Row> {
    report.contestants.iter().filter(|row| row.version.is_some())
}

fn fastest_peer(report: &Report) -> Option<&Row> {
    peers(report).min_by(|a, b| by_ratio(a, b))
}

fn beside_fastest_peer(report: &Report) -> Option<f64> {
    times_as_long(fastest_peer(report)?, faster_form(report)?)
}

fn by_ratio(a: &Row, b: &Row) -> std::cmp::Ordering {
    a.ratio.median.total_cmp(&b.ratio.median)
}

fn times_as_long(row: &Row, other: &Row) -> Option<f64> {
    let rounds = row.wall_seconds_by_round.iter().zip(&other.wall_seconds_by_round);
    let ratios: Vec<f64> = rounds.map(|(seconds, other)| seconds / other).collect();
    (!ratios.is_empty()).then(|| Spread::of(&ratios).median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::report::tests::{example, row};

    #[test]
    fn a_suite_is_a_line() {
        let mut report = example();
        report.contestants = vec![
            row("handwritten", None, &[2.0, 2.0, 4.0]),
            row("two-threads", None, &[1.0, 1.0, 2.0]),
            row("beamline", None, &[1.0, 1.6, 2.0]),
            row("beamline-1", None, &[1.5, 1.6, 4.0]),
            row("timely", Some("1.0"), &[1.0, 2.0, 3.0]),
            row("renoir", Some("1.0"), &[2.0, 2.0, 4.0]),
        ];
        let text = render(&[report]);
        let line: Vec<&str> = text.lines().find(|line| line.contains("`wordcount`")).unwrap().split('|').collect();
        let cells: Vec<&str> = line[1..=HEAD.len()].iter().map(|cell| cell.trim()).collect();
        assert_eq!(
            cells,
            ["`wordcount`", "0.50", "–", "0.80", "–", "timely 0.75", "1.25", "1.50", "2.00", "50 (50)"],
            "{text}"
        );
        assert!(text.ends_with("the 1 suites that peers have, the fastest peer takes 1.25 times as long as beamline."));
    }

    #[test]
    fn a_stream_has_the_memory_of_a_stream() {
        let mut report = example();
        let mut live = row("beamline-live", None, &[2.0]);
        live.peak_megabytes.median = 7.0;
        report.contestants = vec![row("beamline", None, &[1.0]), live];
        assert!(render(&[report]).contains("| 7  "));
    }

    #[test]
    fn a_suite_without_beamline_is_left_out() {
        let mut report = example();
        report.contestants.truncate(1);
        assert!(!render(&[report]).contains("`wordcount`"));
    }
}
