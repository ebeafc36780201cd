//! The report as a picture: a bar for each contestant, which ends at the median of its ratio to the reference, and a
//! whisker from the least ratio to the greatest.

use super::report::{Report, Row};
use crate::svg;

const WIDTH: f64 = 800.0;
/// Where bars begin and where the axis ends.
const LEFT: f64 = 190.0;
const RIGHT: f64 = 590.0;
const TOP: f64 = 76.0;
const ROW: f64 = 26.0;
const BAR: f64 = 16.0;
/// What is slower than this many times the reference is cut off, so that the others can be told apart.
const FURTHEST: f64 = 4.0;

/// Readable on light and on dark pages.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}\
.title{font-size:15px;font-weight:600}\
.note,.tick{font-size:11px;fill:#59636e}\
.name{text-anchor:end}.tick{text-anchor:middle}\
.grid{stroke:#d1d9e0}.one{stroke:#59636e;stroke-dasharray:4 3}.whisker{stroke:#1f2328;stroke-width:1.5}\
.other{fill:#afb8c1}.reference{fill:#818b98}.beamline{fill:#0969da}\
@media(prefers-color-scheme:dark){\
text{fill:#f0f6fc}.note,.tick{fill:#9198a1}.grid{stroke:#3d444d}.one{stroke:#9198a1}.whisker{stroke:#f0f6fc}\
.other{fill:#57606a}.reference{fill:#818b98}.beamline{fill:#4493f8}}";

/// The picture.
pub(super) fn render(report: &Report) -> String {
    let axis = Axis::over(report);
    let height = TOP + ROW * report.contestants.len() as f64 + 30.0;
    let mut elements = head(report);
    elements.extend(axis.grid(height - 30.0));
    for (index, row) in report.contestants.iter().enumerate() {
        elements.extend(axis.row(report, row, TOP + ROW * index as f64));
    }
    let title = format!("{}: time as a multiple of {}", report.suite, report.reference);
    svg::document(WIDTH, height, &title, STYLE, &elements)
}

fn head(report: &Report) -> Vec<String> {
    let Report { suite, about, amount, unit, rounds, machine, reference, .. } = report;
    let measured = format!(
        "{amount} {unit}, median of {rounds} rounds with least and greatest; × time of {reference}, less is better"
    );
    vec![
        svg::text("title", 12.0, 20.0, &format!("{suite}: {about}")),
        svg::text("note", 12.0, 38.0, &measured),
        svg::text("note", 12.0, 54.0, &format!("{machine}, load before {}", report.load_before)),
    ]
}

/// From ratios to places.
struct Axis {
    end: f64,
}

impl Axis {
    fn over(report: &Report) -> Self {
        let furthest = report.contestants.iter().map(|row| row.ratio.max).fold(1.0, f64::max);
        Self { end: furthest.min(FURTHEST) * 1.05 }
    }

    fn place(&self, ratio: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (ratio / self.end).min(1.0)
    }

    fn grid(&self, bottom: f64) -> Vec<String> {
        let step = if self.end > 2.2 { 1.0 } else { 0.5 };
        let ticks = (0..=(self.end / step) as u32).map(|tick| f64::from(tick) * step);
        ticks.flat_map(|tick| self.tick(tick, bottom)).collect()
    }

    fn tick(&self, tick: f64, bottom: f64) -> [String; 2] {
        let x = self.place(tick);
        let class = if (tick - 1.0).abs() < 1e-9 { "one" } else { "grid" };
        [svg::line(class, (x, TOP - 6.0), (x, bottom)), svg::text("tick", x, bottom + 16.0, &format!("{tick}×"))]
    }

    fn row(&self, report: &Report, row: &Row, y: f64) -> Vec<String> {
        let (middle, ratio) = (y + BAR / 2.0, row.ratio);
        let (least, greatest) = (self.place(ratio.min), self.place(ratio.max));
        let end = |x: f64| svg::line("whisker", (x, middle - 4.0), (x, middle + 4.0));
        let beyond = if ratio.median > self.end { "▸ " } else { "" };
        let figures =
            format!("{beyond}{:.2} ({:.2}–{:.2}), {}", ratio.median, ratio.min, ratio.max, speed(report, row));
        vec![
            svg::text("name", LEFT - 8.0, y + 13.0, &row.name),
            svg::rectangle(class(report, row), LEFT, y, self.place(ratio.median) - LEFT, BAR),
            svg::line("whisker", (least, middle), (greatest, middle)),
            end(least),
            end(greatest),
            svg::text("figures", RIGHT + 8.0, y + 13.0, &figures),
        ]
    }
}

fn speed(report: &Report, row: &Row) -> String {
    let unit = report.unit.trim_end_matches(" elements");
    format!("{} {unit}/s", super::table::rounded(row.throughput))
}

fn class(report: &Report, row: &Row) -> &'static str {
    match row.name.as_str() {
        name if name.starts_with("beamline") => "beamline",
        name if name == report.reference => "reference",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::example;
    use super::super::stats::Spread;
    use super::*;

    #[test]
    fn bars_end_at_the_median_and_whiskers_at_the_extremes() {
        let picture = render(&example());
        // Ratios of 1.01, 1.95 and 2.00 on an axis that ends at 2.10.
        let place = |ratio: f64| format!("{:.1}", LEFT + 400.0 * ratio / 2.1);
        let bar = format!("width=\"{:.1}\" height=\"16.0\"", 400.0 * (4.1 / 2.1) / 2.1);
        assert!(picture.contains(&bar), "{picture}");
        let whisker = format!("<line class=\"whisker\" x1=\"{}\" y1=\"110.0\" x2=\"{}\"", place(1.01), place(2.0));
        assert!(picture.contains(&whisker), "{picture}");
        assert!(picture.contains(">1.95 (1.01–2.00), 124 MB/s</text>"), "{picture}");
    }

    #[test]
    fn what_is_far_slower_is_cut_off_and_marked() {
        let mut report = example();
        report.contestants[1].ratio = Spread { median: 30.0, min: 29.0, max: 31.0 };
        let picture = render(&report);
        assert!(picture.contains(">▸ 30.00 (29.00–31.00)"), "{picture}");
        let bar = format!("width=\"{:.1}\" height=\"16.0\"", RIGHT - LEFT);
        assert!(picture.contains(&bar), "{picture}");
    }
}
