//! Elements that a step could not handle, as elements.

use crate::kernel::Stamp;
use crate::window::{Pane, WindowSet};
use crate::{BoxError, Step, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An element that a step could not handle, with all that is needed to understand why, and to
/// [try again](crate::PCollection::replaying) later.
///
/// The same envelope comes from [`try_map`](crate::PCollection::try_map), from calls to services, and from connectors
/// that keep damaged input apart. The connector `dead_letters` keeps it in files.
///
/// ```
/// # use beamline_sdk::{DeadLetter, PCollection, Pipeline};
/// let p = Pipeline::new();
/// let parsed = p.create(["1", "two"].map(str::to_owned)).try_map(|line| line.parse::<u64>()).named("Parse");
/// let letters: PCollection<DeadLetter<String>> = parsed.failed;
/// let complaints = letters.map(|letter| format!("{}: {}: {}", letter.step, letter.element, letter.error));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter<T> {
    /// The name of the step.
    pub step: String,
    /// The place in the program that made the step, as `file:line`.
    pub location: String,
    /// The element.
    pub element: T,
    /// Its event time.
    pub timestamp: Timestamp,
    /// The windows that it is in.
    pub windows: WindowSet,
    /// The pane that it came with.
    pub pane: Pane,
    /// How often the step has tried, at least 1.
    pub attempts: u32,
    /// What the step said the last time, with its causes.
    pub error: String,
    /// The version of the program, if it has said one.
    pub version: Option<String>,
}

impl<T> DeadLetter<T> {
    /// A letter of a step that has given up.
    pub(crate) fn new(element: T, step: &Step, stamp: Stamp, failure: &Failure, version: Option<&str>) -> Self {
        Self {
            step: step.name.clone(),
            location: format!("{}:{}", step.location.file(), step.location.line()),
            element,
            timestamp: stamp.time,
            windows: stamp.windows,
            pane: stamp.pane,
            attempts: failure.attempts,
            error: with_causes(&failure.error),
            version: version.map(str::to_owned),
        }
    }

    /// The same letter about another element.
    pub fn map<O>(self, f: impl FnOnce(T) -> O) -> DeadLetter<O> {
        let Self { step, location, element, timestamp, windows, pane, attempts, error, version } = self;
        DeadLetter { step, location, element: f(element), timestamp, windows, pane, attempts, error, version }
    }
}

/// What a step came to with an element.
pub(crate) struct Failure {
    pub(crate) error: BoxError,
    pub(crate) attempts: u32,
}

/// What an error says, with its causes.
pub(crate) fn with_causes(error: &BoxError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += ": ";
        text += &error.to_string();
        cause = error.source();
    }
    text
}

/// An element as JSON text, whose type nobody has asked for yet: what letters of several steps hold when they are read
/// from one file.
///
/// ```
/// use beamline_sdk::Json;
///
/// let json = Json::of(&(7, "seven"))?;
/// assert_eq!(json.text(), r#"[7,"seven"]"#);
/// assert_eq!(json.read::<(u32, String)>()?, (7, "seven".to_owned()));
/// # Ok::<(), beamline_sdk::BoxError>(())
/// ```
///
/// Inside of other JSON it is what it says, and not a text in quotes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Json(String);

impl Json {
    /// A value as JSON.
    ///
    /// # Errors
    /// When JSON cannot show it, such as a map whose keys are no strings.
    pub fn of<T: Serialize>(value: &T) -> Result<Self, BoxError> {
        Ok(Self(serde_json::to_string(value)?))
    }

    /// JSON that somebody else has written; whether it is any good is seen when it is [read](Self::read).
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value.
    ///
    /// # Errors
    /// When the text is no JSON, or not that of a `T`.
    pub fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, BoxError> {
        Ok(serde_json::from_str(&self.0)?)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return String::deserialize(deserializer).map(Self);
        }
        Ok(Self(Box::<RawValue>::deserialize(deserializer)?.get().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coder::{decode, encode};

    #[test]
    fn json_stays_what_it_is_inside_of_json_and_of_bytes() {
        let json = Json::from_text(r#"{"a": [1, "x"]}"#);
        let text = serde_json::to_string(&(1, &json)).expect("it is JSON");
        assert_eq!(text, r#"[1,{"a": [1, "x"]}]"#);
        assert_eq!(serde_json::from_str::<(u8, Json)>(&text).expect("as written").1, json);
        let mut bytes = Vec::new();
        encode(&json, &mut bytes).expect("text can be encoded");
        assert_eq!(decode::<Json>(&mut bytes.as_slice()).expect("as encoded"), json);
    }

    #[test]
    fn what_is_no_json_is_not_written() {
        assert!(serde_json::to_string(&Json::from_text("{")).is_err());
    }
}
