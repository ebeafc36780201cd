//! What happens in the streams: the elements, and how the watermark follows them.

use beamline::Timestamp;
use beamline::testing::TestStream;
use std::time::Duration;

/// Everything in a story happens at multiples of this.
const TICK: Duration = Duration::from_secs(10);

/// A stream, and the part of the two times that a picture shows.
pub(crate) struct Story {
    /// When an element comes in, when it happened, and its value.
    pub(crate) elements: &'static [(Timestamp, Timestamp, f64)],
    /// When the watermark moves, and to where.
    pub(crate) watermark: &'static [(Timestamp, Timestamp)],
    pub(crate) event_time: (Timestamp, Timestamp),
    pub(crate) processing_time: (Timestamp, Timestamp),
    /// Between two lines of the grid.
    pub(crate) grid: Duration,
}

/// A time of the first day of the epoch.
const fn time(hour: i64, minute: i64, second: i64) -> Timestamp {
    Timestamp::from_millis(((hour * 60 + minute) * 60 + second) * 1000)
}

/// Minute and second after noon.
const fn noon(minute: i64, second: i64) -> Timestamp {
    time(12, minute, second)
}

/// The scores of a team, most of which come in some minutes after they were made. One is much too late.
pub(crate) const SCORES: Story = Story {
    elements: &[
        (noon(5, 20), noon(0, 30), 5.0),
        (noon(5, 40), noon(2, 20), 7.0),
        (noon(6, 0), noon(3, 10), 3.0),
        (noon(6, 20), noon(3, 40), 4.0),
        (noon(6, 40), noon(4, 40), 3.0),
        (noon(7, 20), noon(6, 40), 8.0),
        (noon(7, 40), noon(7, 10), 3.0),
        (noon(8, 0), noon(2, 40), 8.0),
        (noon(8, 20), noon(0, 50), 9.0),
        (noon(8, 50), noon(7, 40), 1.0),
    ],
    watermark: &[
        (noon(5, 10), noon(0, 10)),
        (noon(5, 30), noon(1, 0)),
        (noon(5, 50), noon(1, 30)),
        (noon(6, 10), noon(2, 0)),
        (noon(6, 50), noon(2, 20)),
        (noon(7, 30), noon(2, 40)),
        (noon(8, 10), noon(4, 20)),
        (noon(8, 30), noon(6, 20)),
        (noon(8, 40), noon(7, 10)),
        (noon(9, 10), noon(8, 20)),
    ],
    event_time: (noon(0, 0), noon(9, 0)),
    processing_time: (noon(5, 0), noon(10, 0)),
    grid: Duration::from_mins(1),
};

/// The scores of a user in two sittings. The one in the middle of the first comes in behind its neighbours.
pub(crate) const SITTINGS: Story = Story {
    elements: &[
        (time(13, 5, 0), time(13, 2, 0), 1.0),
        (time(13, 17, 0), time(13, 14, 0), 1.0),
        (time(13, 26, 0), time(13, 8, 0), 1.0),
        (time(13, 45, 0), time(13, 41, 0), 2.5),
        (time(13, 56, 0), time(13, 46, 0), 1.0),
    ],
    watermark: &[
        (time(13, 8, 0), time(13, 2, 0)),
        (time(13, 20, 0), time(13, 8, 0)),
        (time(13, 29, 0), time(13, 25, 0)),
        (time(13, 40, 0), time(13, 33, 0)),
        (time(13, 48, 0), time(13, 41, 0)),
        (time(13, 54, 0), time(13, 45, 0)),
        (time(14, 0, 0), time(13, 57, 0)),
    ],
    event_time: (time(13, 0, 0), time(14, 0, 0)),
    processing_time: (time(13, 0, 0), time(14, 10, 0)),
    grid: Duration::from_mins(10),
};

impl Story {
    /// The stream: it begins with the processing time of the picture, and ends with that.
    pub(crate) fn stream(&self) -> TestStream<f64> {
        let (mut now, end) = self.processing_time;
        let mut stream = TestStream::new();
        while now < end {
            now = now + TICK;
            let come_in = self.elements.iter().filter(|(at, ..)| *at == now);
            stream =
                stream.advance_processing_time(TICK).elements(come_in.map(|(_, happened, value)| (*happened, *value)));
            if let Some((_, to)) = self.watermark.iter().find(|(at, _)| *at == now) {
                stream = stream.advance_watermark_to(*to);
            }
        }
        stream
    }
}
