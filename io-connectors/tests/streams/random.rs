//! Whatever happens to a file, and whenever anybody looks: no complete line is lost or read twice.

use crate::common::{Logs, Worker};
use beamline_io::text;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Event {
    /// So many lines; the last one is left without an end.
    Write(usize, bool),
    /// The file is renamed. The next one comes with the next write.
    Rotate,
    /// A program that has not heard of that writes to the old file.
    WriteBehind,
    /// All has been read, and the file is made empty: nothing can be lost then.
    ReadAndCut,
    Poll(usize),
    Pass(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0usize..4, any::<bool>()).prop_map(|(lines, is_cut)| Event::Write(lines, is_cut)),
        1 => Just(Event::Rotate),
        1 => Just(Event::WriteBehind),
        1 => Just(Event::ReadAndCut),
        4 => (1usize..5).prop_map(Event::Poll),
        1 => (1u64..9_000).prop_map(Event::Pass),
    ]
}

/// The program that writes the log, and what it has written.
struct Writer {
    logs: Logs,
    /// All lines: the number of the file and that of the line.
    lines: Vec<String>,
    files: usize,
    has_begun_line: bool,
    is_there: bool,
}

impl Writer {
    fn new() -> Self {
        Self { logs: Logs::new(), lines: Vec::new(), files: 0, has_begun_line: false, is_there: false }
    }

    fn write(&mut self, count: usize, is_cut: bool) {
        let mut text = if std::mem::take(&mut self.has_begun_line) { "\n" } else { "" }.to_owned();
        for _ in 0..count {
            let line = format!("{} {}", self.files, self.lines.len());
            text.extend([&*line, "\n"]);
            self.lines.push(line);
        }
        if is_cut && count > 0 {
            text.pop();
            self.has_begun_line = true;
        }
        self.logs.append("log", text);
        self.is_there = true;
    }

    fn rotate(&mut self) {
        if std::mem::take(&mut self.is_there) {
            self.logs.rename("log", &format!("log.{}", self.files));
            self.files += 1;
            self.has_begun_line = false;
        }
    }

    fn write_behind(&mut self) {
        if let Some(file) = self.files.checked_sub(1) {
            let line = format!("{file} behind {}", self.lines.len());
            self.logs.append(&format!("log.{file}"), format!("\n{line}\n"));
            self.lines.push(line);
        }
    }

    fn cut(&mut self) {
        if self.is_there && !self.has_begun_line {
            self.logs.cut("log");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_line_is_lost_or_read_twice(events in prop::collection::vec(event(), 0..40)) {
        let mut writer = Writer::new();
        let mut tail = Worker::new(text::tail(writer.logs.path("log")));
        let mut read = Vec::new();
        for event in events {
            match event {
                Event::Write(lines, is_cut) => writer.write(lines, is_cut),
                // What is renamed before anybody has seen it was never of this name.
                Event::Rotate => {
                    read.extend(tail.drain(3));
                    writer.rotate();
                }
                Event::WriteBehind => {
                    writer.write_behind();
                    read.extend(tail.drain(3));
                }
                Event::ReadAndCut => {
                    read.extend(tail.drain(3));
                    writer.cut();
                    read.extend(tail.drain(3));
                }
                Event::Poll(room) => read.extend(tail.poll(0, room).unwrap().0),
                Event::Pass(millis) if writer.files == 0 => tail.advance(millis),
                Event::Pass(_) => {}
            }
        }
        writer.write(1, false);
        for _ in 0..2 {
            read.extend(tail.drain(3));
            tail.advance(10_000);
        }
        read.extend(tail.drain(3));
        read.retain(|line| !line.is_empty());
        let in_file = |lines: &[String], file: usize| {
            let of_file = lines.iter().filter(|line| line.split(' ').next() == Some(&file.to_string()));
            of_file.cloned().collect::<Vec<_>>()
        };
        for file in 0..=writer.files {
            prop_assert_eq!(in_file(&read, file), in_file(&writer.lines, file));
        }
        prop_assert_eq!(read.len(), writer.lines.len());
    }
}
