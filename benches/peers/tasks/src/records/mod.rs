//! Records of a text that are counted in groups.

mod accidents;
mod slow_requests;

pub use self::accidents::Accidents;
pub use self::slow_requests::SlowRequests;

use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use beamline_bench_data::groups::{Group, Groups};

/// What is counted of records.
pub trait Records: 'static {
    /// What there is of a group.
    type Tally: Clone + Default + Send + Serialize + DeserializeOwned + 'static;

    /// Counts the records of whole lines.
    ///
    /// # Errors
    ///
    /// When a line is not such a record.
    fn count(groups: &mut Groups<Self::Tally>, lines: &[u8]) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Adds what another has counted of the same group.
    fn add(tally: &mut Self::Tally, other: Self::Tally);

    /// What a group adds to the checksum.
    fn digest(group: &Group, tally: &Self::Tally) -> u64;
}
