//! Elements that cannot be printed, as a collection of their own.

use super::destination::{Destinations, OneDestination};
use super::error::WriteFilesError;
use super::write_files::WriteFiles;
use super::written::WrittenFile;
use beamline_sdk::{Element, PCollection, PTransform, Tried};
use std::fmt::{Display, Write as _};

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

fn print(line: &impl Display) -> Result<String, WriteFilesError> {
    let mut text = String::new();
    write!(text, "{line}").map(|()| text).map_err(|_| WriteFilesError::Unprintable)
}
