//! Elements that cannot be printed, as a collection of their own.

use super::destination::{Destinations, OneDestination};
use super::error::WriteFilesError;
use super::write_files::WriteFiles;
use super::written::WrittenFile;
use beamline_sdk::{Element, KeepingLateData, PCollection, PTransform, Tried, WithLateData};
use std::fmt::{self, Display, Write};

/// Writes files, and keeps elements apart that cannot be printed: what [`WriteFiles::dead_letters`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description writes nothing until it is applied to a collection"]
pub struct WriteFilesTried<D = OneDestination>(pub(super) WriteFiles<D>);

impl<T, D> PTransform<PCollection<T>> for WriteFilesTried<D>
where
    T: Element + Display,
    D: Destinations<T>,
{
    type Out = Tried<WrittenFile, T>;

    fn label(&self) -> String {
        PTransform::<PCollection<T>>::label(&self.0)
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, lines: PCollection<T>) -> Self::Out {
        let Self(files) = self;
        let deal = files.dealer();
        let printed = lines.try_map(move |line| print(line).map(|text| (deal(line), text))).named("Assign");
        printed.then(|keyed| files.write::<T, String>(files.output(&lines), &keyed))
    }
}

/// Files, elements that cannot be printed, and those that came too late: what [`WriteFilesTried`] makes of a collection that is
/// [keeping late data](PCollection::keeping_late_data).
///
/// ```
/// # use beamline_io::{dead_letters, text};
/// # use beamline_sdk::{Pipeline, window::Windowing};
/// # use std::time::Duration;
/// # let p = Pipeline::new();
/// # let lines = p.create(["a".to_owned()]);
/// let hourly = lines.window(Windowing::fixed(Duration::from_hours(1)));
/// let files = text::write_files("lines/{window}.txt").dead_letters();
/// let written = hourly.keeping_late_data().apply(files);
/// written.late.apply(text::write_files("late/{part}.txt").max_age(Duration::from_mins(10)));
/// written.tried.failed.write(dead_letters::write("letters.jsonl"));
/// ```
pub struct TriedWithLateData<T> {
    /// The files, and letters of elements that cannot be printed, whether they are late or not.
    pub tried: Tried<WrittenFile, T>,
    /// The elements that can be printed, and came too late for the file of their window. They have their timestamps, and the
    /// window that they were too late for.
    pub late: PCollection<T>,
}

impl<T: Element> TriedWithLateData<T> {
    /// Names the transform.
    #[must_use]
    #[track_caller]
    pub fn named(self, label: &str) -> Self {
        Self { tried: self.tried.named(label), ..self }
    }
}

/// Elements are printed twice here, so that those that are late are what they were.
impl<T, D> PTransform<KeepingLateData<T>> for WriteFilesTried<D>
where
    T: Element + Display,
    D: Destinations<T>,
{
    type Out = TriedWithLateData<T>;

    fn label(&self) -> String {
        PTransform::<PCollection<T>>::label(&self.0)
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, lines: KeepingLateData<T>) -> Self::Out {
        let Self(files) = self;
        let (lines, deal) = (lines.collection(), files.dealer());
        let can_be_printed = move |line: &T| check(line).map(|()| (deal(line), line.clone()));
        let tried = lines.try_map(can_be_printed).named("Assign");
        let WithLateData { results, late } = files.write_keeping_late_data(files.output(lines), &tried.ok);
        TriedWithLateData { tried: tried.then(|_| results), late }
    }
}

fn print(line: &impl Display) -> Result<String, WriteFilesError> {
    let mut text = String::new();
    write!(text, "{line}").map(|()| text).map_err(|_| WriteFilesError::Unprintable)
}

fn check(line: &impl Display) -> Result<(), WriteFilesError> {
    write!(Nowhere, "{line}").map_err(|_| WriteFilesError::Unprintable)
}

/// Takes any text, and keeps none.
struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}
