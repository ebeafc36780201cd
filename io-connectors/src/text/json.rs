//! Elements as lines of JSON.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// A value that is shown as JSON, on one line: to be given to [`write()`](super::write()) or [`write_files`](super::write_files).
///
/// The JSON is made where the line is written: for [`write_files`](super::write_files) by as many workers as there are shards. Until
/// then, the value itself is what travels between workers and waits for the end of its window, which is most often smaller
/// than its text. Where it may be impossible to write a value as JSON,
/// such as a map whose keys are no strings, say `.try_map(|value| serde_json::to_string(value))` instead, whose failures tell
/// the reason: `Display` has none to give.
///
/// ```
/// use beamline_io::text::{self, Json};
/// use beamline_sdk::Pipeline;
///
/// assert_eq!(Json(("tea", 3)).to_string(), r#"["tea",3]"#);
///
/// let p = Pipeline::new();
/// let orders = p.create([("tea".to_owned(), 3), ("cake".to_owned(), 5)]);
/// orders.map(Json).write(text::write("out/orders").suffix(".jsonl"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T: Serialize> Display for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}
