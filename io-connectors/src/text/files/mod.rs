//! Files of lines by window, pane and destination: for collections that go on as well as for those that end.
//!
//! [`pattern`], [`name`] and [`time`]: from facts to names; `check`: whether these tell files apart; `destination` and
//! `roll`: which elements come together; `output` and `pane`: the writing; `tried`: what cannot be printed; `written`: what is known then.

mod check;
mod destination;
mod error;
mod limits;
mod name;
mod output;
mod pane;
mod pattern;
mod refuse;
mod roll;
mod share;
mod time;
mod tried;
mod write_files;
mod written;

pub use destination::{By, Destinations, OneDestination};
pub use error::{PatternError, WriteFilesError};
pub use tried::{TriedWithLateData, WriteFilesTried};
pub use write_files::{WriteFiles, write_files};
pub use written::WrittenFile;
