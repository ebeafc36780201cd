//! A recording as an SVG picture.

use crate::figures::Figure;
use crate::record::{Recording, SeenElement, SeenPane};
use crate::scale::{BOTTOM, HEIGHT, LEFT, RIGHT, Scale, TOP, WIDTH};
use crate::words::{describe, label, time_of_day};
use beamline::Timestamp;
use beamline::window::Timing;
use std::fmt::{Display, Write};

const STYLE: &str = include_str!("style.css");

/// A picture under construction. Writing to a text does not fail.
struct Svg<'a> {
    text: String,
    scale: Scale<'a>,
}

pub(crate) fn draw(figure: &Figure, recording: &Recording) -> String {
    let mut svg = Svg { text: String::new(), scale: Scale(&figure.story) };
    svg.head(figure.title, &describe(recording));
    svg.axes();
    recording.panes.iter().for_each(|pane| svg.pane(pane, begin(pane, recording)));
    svg.ideal();
    svg.watermark(figure.story.watermark);
    recording.elements.iter().for_each(|element| svg.element(element));
    recording.panes.iter().for_each(|pane| svg.pane_label(pane));
    svg.legend(recording);
    svg.text.push_str("</svg>\n");
    svg.text
}

/// Since when what a pane shows has been gathered: since the pane before, or the first element.
fn begin(pane: &SeenPane, recording: &Recording) -> Timestamp {
    let before = recording.panes.iter().filter(|other| other.at < pane.at && other.window == pane.window);
    let inside = recording.elements.iter().filter(|element| pane.window.contains(element.time) && !element.is_dropped);
    let first = inside.map(|element| element.at).min();
    before.map(|other| other.at).max().or(first).unwrap_or(pane.at)
}

fn class(timing: Timing) -> &'static str {
    match timing {
        Timing::Early => "early",
        Timing::OnTime | Timing::Unknown => "on-time",
        Timing::Late => "late",
    }
}

impl Svg<'_> {
    fn line(&mut self, text: impl Display) {
        let _ = writeln!(self.text, "{text}");
    }

    fn head(&mut self, title: &str, description: &str) {
        self.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-labelledby="title desc">"#
        ));
        self.line(format_args!(r#"<title id="title">{title}</title>"#));
        self.line(format_args!(r#"<desc id="desc">{description}</desc>"#));
        self.line(format_args!("<style>\n{STYLE}</style>"));
        let (width, height) = (WIDTH - 1.0, HEIGHT - 1.0);
        self.line(format_args!(r#"<rect class="page" x="0.5" y="0.5" width="{width}" height="{height}" rx="8"/>"#));
        self.write("title", "start", (LEFT, 26.0), title);
    }

    fn write(&mut self, class: &str, anchor: &str, (x, y): (f64, f64), text: &str) {
        self.line(format_args!(r#"<text class="{class}" text-anchor="{anchor}" x="{x:.1}" y="{y:.1}">{text}</text>"#));
    }

    fn stroke(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.line(format_args!(r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#));
    }

    fn axes(&mut self) {
        let story = self.scale.0;
        for time in self.scale.grid(story.event_time) {
            let x = self.scale.x(time);
            self.stroke("grid", (x, TOP), (x, BOTTOM));
            self.write("small", "middle", (x, BOTTOM + 16.0), &time_of_day(time));
        }
        for time in self.scale.grid(story.processing_time) {
            let y = self.scale.y(time);
            self.stroke("grid", (LEFT, y), (RIGHT, y));
            self.write("small", "end", (LEFT - 6.0, y + 4.0), &time_of_day(time));
        }
        self.write("", "middle", (LEFT.midpoint(RIGHT), BOTTOM + 36.0), "event time");
        let y = TOP.midpoint(BOTTOM);
        self.line(format_args!(
            r#"<text text-anchor="middle" x="20" y="{y}" transform="rotate(-90 20 {y})">processing time</text>"#
        ));
    }

    /// Where elements would be that come the moment they happen.
    fn ideal(&mut self) {
        let story = self.scale.0;
        let from = story.event_time.0.max(story.processing_time.0);
        let to = story.event_time.1.min(story.processing_time.1);
        let place = |time| (self.scale.x(time), self.scale.y(time));
        self.stroke("ideal", place(from), place(to));
    }

    /// It stays where it is until it moves.
    fn watermark(&mut self, moves: &[(Timestamp, Timestamp)]) {
        let (start, end) = self.scale.0.processing_time;
        let mut points = vec![(self.scale.x(Timestamp::MIN), self.scale.y(start))];
        for (at, to) in moves {
            let y = self.scale.y(*at);
            points.extend(points.last().map(|(x, _)| (*x, y)));
            points.push((self.scale.x(*to), y));
        }
        points.extend(points.last().map(|(x, _)| (*x, self.scale.y(end))));
        let points: Vec<_> = points.into_iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.line(format_args!(r#"<polyline class="watermark" points="{}"/>"#, points.join(" ")));
    }

    fn pane(&mut self, pane: &SeenPane, begin: Timestamp) {
        let (left, right) = (self.scale.x(pane.window.start), self.scale.x(pane.window.end));
        let (top, bottom) = (self.scale.y(pane.at), self.scale.y(begin));
        let class = if pane.shown.is_some() { class(pane.timing) } else { "back" };
        let (width, height) = (right - left, bottom - top);
        self.line(format_args!(
            r#"<rect class="{class}" x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}"/>"#
        ));
    }

    /// At the moment that the pane is shown: on the right, or on the left if all is taken back.
    fn pane_label(&mut self, pane: &SeenPane) {
        let (left, right) = (self.scale.x(pane.window.start), self.scale.x(pane.window.end));
        let (anchor, x) = if pane.shown.is_some() { ("end", right - 5.0) } else { ("start", left + 5.0) };
        let y = self.scale.y(pane.at) - 4.0;
        self.write("label", anchor, (x, y), &label(pane));
    }

    fn element(&mut self, element: &SeenElement) {
        let (x, y) = (self.scale.x(element.time), self.scale.y(element.at));
        self.line(format_args!(r#"<circle class="element" cx="{x:.1}" cy="{y:.1}" r="11"/>"#));
        self.write("", "middle", (x, y + 4.5), &element.value.to_string());
        if element.is_dropped {
            self.stroke("dropped", (x - 10.0, y + 10.0), (x + 10.0, y - 10.0));
        }
    }

    fn legend(&mut self, recording: &Recording) {
        let y = HEIGHT - 20.0;
        self.stroke("watermark", (LEFT, y - 4.0), (LEFT + 34.0, y - 4.0));
        self.write("small", "start", (LEFT + 40.0, y), "watermark");
        self.stroke("ideal", (LEFT + 120.0, y - 4.0), (LEFT + 154.0, y - 4.0));
        self.write("small", "start", (LEFT + 160.0, y), "no delay");
        let shown = |timing| recording.panes.iter().any(|pane| pane.timing == timing && pane.shown.is_some());
        let mut x = LEFT + 230.0;
        for timing in [Timing::Early, Timing::OnTime, Timing::Late].into_iter().filter(|timing| shown(*timing)) {
            let (class, top) = (class(timing), y - 10.0);
            self.line(format_args!(r#"<rect class="{class}" x="{x}" y="{top}" width="22" height="12"/>"#));
            self.write("small", "start", (x + 28.0, y), &format!("{class} pane"));
            x += 116.0;
        }
        if recording.elements.iter().any(|element| element.is_dropped) {
            self.stroke("dropped", (x, y + 2.0), (x + 14.0, y - 10.0));
            self.write("small", "start", (x + 20.0, y), "too late");
        }
    }
}
