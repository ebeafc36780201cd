//! A flame graph: a box for each frame, as wide as its share of the samples, upon the frame that called it. The whole name
//! and the figures of a box are shown where the pointer rests.

use super::fold::Folded;
use crate::svg::{self, escape};

const WIDTH: f64 = 1600.0;
const ROW: f64 = 17.0;
const TOP: f64 = 44.0;
/// Boxes narrower than this many pixels are left out.
const NARROWEST: f64 = 0.6;
/// The width of a character, about.
const CHARACTER: f64 = 6.7;

const STYLE: &str = "\
svg{background:#fff}text{font:11px ui-monospace,monospace;fill:#1f2328;pointer-events:none}\
.title{font:600 15px system-ui,sans-serif}.note{font:12px system-ui,sans-serif;fill:#59636e}\
rect{stroke:#fff;stroke-width:.5}rect:hover{stroke:#000;stroke-width:1}\
.h0{fill:#ffd8a8}.h1{fill:#ffe3b8}.h2{fill:#ffc9a3}.h3{fill:#ffdfc2}.h4{fill:#f9d49b}\
@media(prefers-color-scheme:dark){svg{background:#0d1117}.title,.note{fill:#f0f6fc}rect{stroke:#0d1117}}";

/// The picture of a tree of frames.
pub(super) fn render(title: &str, root: &Folded) -> String {
    let height = TOP + ROW * root.depth() as f64 + 10.0;
    let note =
        format!("{} samples. A box is as wide as its share of them; what it called is above it.", root.samples());
    let mut elements = vec![svg::text("title", 10.0, 18.0, title), svg::text("note", 10.0, 36.0, &note)];
    let picture =
        Picture { bottom: height - 10.0, pixels: (WIDTH - 20.0) / root.samples().max(1) as f64, all: root.samples() };
    picture.draw(root, 10.0, 0, &mut elements);
    svg::document(WIDTH, height, title, STYLE, &elements)
}

struct Picture {
    bottom: f64,
    /// For each sample.
    pixels: f64,
    all: u64,
}

impl Picture {
    fn draw(&self, caller: &Folded, left: f64, level: usize, elements: &mut Vec<String>) {
        let mut left = left;
        for (name, frame) in caller.calls() {
            let width = frame.samples() as f64 * self.pixels;
            if width >= NARROWEST {
                elements.push(self.frame(name, frame, left, level));
                self.draw(frame, left, level + 1, elements);
            }
            left += width;
        }
    }

    fn frame(&self, name: &str, frame: &Folded, left: f64, level: usize) -> String {
        let (samples, width) = (frame.samples(), frame.samples() as f64 * self.pixels);
        let y = self.bottom - ROW * (level + 1) as f64;
        let share = samples as f64 * 100.0 / self.all as f64;
        let (tip, box_) = (escape(name), svg::rectangle(shade(name), left, y, width, ROW));
        let label = svg::text("name", left + 3.0, y + 12.5, &fitting(name, width));
        format!("<g><title>{tip}: {samples} samples, {share:.1} %</title>{box_}{label}</g>")
    }
}

/// As much of a name as fits.
fn fitting(name: &str, width: f64) -> String {
    let room = ((width - 6.0) / CHARACTER).max(0.0) as usize;
    if name.chars().count() <= room {
        return name.to_owned();
    }
    if room < 4 {
        return String::new();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}

/// The same for the same name.
fn shade(name: &str) -> &'static str {
    let sum = name.bytes().fold(0_usize, |sum, byte| sum * 31 % 1_000_003 + usize::from(byte));
    ["h0", "h1", "h2", "h3", "h4"][sum % 5]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_as_wide_as_their_share() {
        let root = Folded::of("w \n\t 1 inner\n\t 2 <outer>\n\nw \n\t 2 <outer>\n\nmain \n\t 3 x\n\nmain \n\t 3 x\n\n");
        let picture = render("a run", &root);
        assert!(picture.contains("<title>inner: 1 samples, 25.0 %</title>"), "{picture}");
        assert!(picture.contains("<title>&lt;outer&gt;: 2 samples, 50.0 %</title>"), "{picture}");
        assert!(picture.contains("width=\"790.0\"") && picture.contains("width=\"395.0\""), "{picture}");
    }

    #[test]
    fn names_are_cut_to_their_box() {
        assert_eq!(fitting("abcdefgh", 100.0), "abcdefgh");
        assert_eq!(fitting("abcdefgh", 40.0), "abcd…");
        assert_eq!(fitting("abcdefgh", 20.0), "");
    }
}
