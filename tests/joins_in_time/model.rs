//! What joins show, worked out by looking at every pair.

use crate::sides::{Event, Key, Value};

/// How late elements of each side may be, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lateness {
    pub(crate) left: u64,
    pub(crate) right: u64,
}

/// An element that is not too late.
#[derive(Clone, Copy, Debug)]
struct Element {
    key: Key,
    time: i64,
    value: Value,
}

/// What a join takes of a script.
#[derive(Default)]
pub(crate) struct Model {
    left: Vec<Element>,
    right: Vec<Element>,
    /// How far the watermark is after each event.
    watermarks: Vec<i64>,
    pub(crate) too_late: u64,
}

/// A result with its timestamp.
pub(crate) type Shown<Row> = ((Key, Row), beamline::Timestamp);
pub(crate) type Pair = (Option<Value>, Option<Value>);

impl Model {
    pub(crate) fn new(events: &[Event], lateness: Lateness) -> Self {
        let mut model = Self::default();
        let mut watermark = i64::MIN / 1000;
        for (number, event) in events.iter().enumerate() {
            match event {
                Event::Left(elements) => {
                    model.too_late += take(&mut model.left, number, elements, watermark, lateness.left);
                }
                Event::Right(elements) => {
                    model.too_late += take(&mut model.right, number, elements, watermark, lateness.right);
                }
                Event::Watermark(time) => watermark = *time,
            }
            model.watermarks.push(watermark);
        }
        model
    }

    /// Every pair with the time of the right one less that of the left one from `least` to `most`, and everything that has
    /// no partner.
    pub(crate) fn pairs(&self, (least, most): (i64, i64)) -> Vec<Shown<Pair>> {
        let fits = |left: &Element, right: &Element| {
            left.key == right.key && (least..=most).contains(&(right.time - left.time))
        };
        let mut shown = Vec::new();
        for left in &self.left {
            let partners: Vec<_> = self.right.iter().filter(|right| fits(left, right)).collect();
            shown.extend(partners.iter().map(|right| row(left, left.time.max(right.time), Some(left), Some(right))));
            shown.extend(partners.is_empty().then(|| row(left, left.time, Some(left), None)));
        }
        let alone = self.right.iter().filter(|right| !self.left.iter().any(|left| fits(left, right)));
        shown.extend(alone.map(|right| row(right, right.time, None, Some(right))));
        shown
    }

    /// Every left element with the latest right one up to its time, of those that have come when it is shown: when the
    /// watermark has passed it.
    pub(crate) fn versions(&self) -> Vec<Shown<(Value, Option<Value>)>> {
        let of = |left: &Element| {
            let passed = self.watermarks.iter().position(|watermark| *watermark > left.time);
            let event = passed.map_or(usize::MAX, |event| event.max(left.value.0.into()));
            let is_known = |right: &&Element| {
                right.key == left.key && right.time <= left.time && usize::from(right.value.0) <= event
            };
            let version = self.right.iter().filter(is_known).max_by_key(|right| (right.time, right.value));
            ((left.key, (left.value, version.map(|version| version.value))), crate::sides::at(left.time))
        };
        self.left.iter().map(of).collect()
    }
}

/// Takes the elements that are not too late; gives the number of the others.
fn take(side: &mut Vec<Element>, event: usize, elements: &[(Key, i64)], watermark: i64, lateness: u64) -> u64 {
    let before = side.len();
    let numbered =
        (0..).zip(elements).map(|(place, (key, time))| Element { key: *key, time: *time, value: (event as u8, place) });
    side.extend(numbered.filter(|element| element.time + lateness as i64 >= watermark));
    (elements.len() - (side.len() - before)) as u64
}

fn row(of: &Element, time: i64, left: Option<&Element>, right: Option<&Element>) -> Shown<Pair> {
    let value = |element: Option<&Element>| element.map(|element| element.value);
    ((of.key, (value(left), value(right))), crate::sides::at(time))
}
