//! A state as it is saved.

use super::field::{StateCell, StateField, TimerField, Visitor};
use super::spec::StateSpec;
use crate::coder::{decode, encode};
use crate::{Error, ErrorKind, Result, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of a key in a window, field by field: what any serde format can keep, and what can be loaded into a later
/// version of the declaration.
///
/// Fields are found by their names, so they may be added, removed and moved. One that was added is empty.
///
/// ```
/// extern crate beamline_sdk as beamline;
/// use beamline::state::{SavedState, StateSpec, ValueState};
/// use beamline_macros::StateSpec;
///
/// #[derive(StateSpec)]
/// struct Before {
///     count: ValueState<u64>,
/// }
///
/// #[derive(StateSpec)]
/// struct After {
///     last: ValueState<String>,
///     #[state(name = "count")]
///     total: ValueState<u64>,
/// }
///
/// fn main() {
///     let mut before = Before::empty();
///     before.count.set(7);
///     let saved = SavedState::save(&mut before, &mut Before::UNWRITTEN.clone()).unwrap();
///     let (after, _) = saved.load::<After>().unwrap();
///     assert_eq!(after.total.get(), Some(&7));
///     assert!(after.last.is_empty());
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedState {
    fields: Vec<SavedField>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedField {
    name: String,
    bytes: Vec<u8>,
    /// When it was last written, if it has a time to live.
    written_at: Option<Timestamp>,
}

impl SavedState {
    /// Saves a state, and when its cells were written.
    ///
    /// # Errors
    /// If a value cannot be encoded; the error names the field.
    pub fn save<S: StateSpec>(state: &mut S, written_at: &mut S::WrittenAt) -> Result<Self> {
        let mut save = Save { saved: Self::default(), error: None };
        state.visit(written_at, &mut save);
        save.error.map_or(Ok(save.saved), Err)
    }

    /// The state, and when its cells were written.
    ///
    /// # Errors
    /// If a field is now of a type that its bytes are not those of; the error names the field.
    pub fn load<S: StateSpec>(&self) -> Result<(S, S::WrittenAt)> {
        let (mut state, mut written_at) = (S::empty(), S::UNWRITTEN);
        let mut load = Load { saved: self, error: None };
        state.visit(&mut written_at, &mut load);
        load.error.map_or(Ok((state, written_at)), Err)
    }
}

struct Save {
    saved: SavedState,
    error: Option<Error>,
}

impl Save {
    fn add(&mut self, field: &StateField, value: &impl Serialize, written_at: Option<Timestamp>) {
        let mut bytes = Vec::new();
        match encode(value, &mut bytes) {
            Ok(()) => self.saved.fields.push(SavedField { name: field.name.to_owned(), bytes, written_at }),
            Err(error) => {
                self.error.get_or_insert(Error::wrap(ErrorKind::User, error).at(format!("state '{}'", field.name)));
            }
        }
    }
}

impl<T> Visitor<T> for Save {
    fn cell<C: StateCell>(&mut self, field: &'static StateField, cell: &mut C, written_at: Option<&mut Timestamp>) {
        if !cell.is_empty() {
            self.add(field, cell, written_at.copied());
        }
    }

    fn timer<F: TimerField>(&mut self, field: &'static StateField, timer: &mut F, _name: impl FnOnce(F::Tag) -> T) {
        if timer.next().is_some() {
            self.add(field, timer, None);
        }
    }
}

struct Load<'a> {
    saved: &'a SavedState,
    error: Option<Error>,
}

impl<'a> Load<'a> {
    fn find(&self, field: &StateField) -> Option<&'a SavedField> {
        self.saved.fields.iter().find(|saved| saved.name == field.name)
    }

    fn read<V: for<'de> Deserialize<'de>>(&mut self, saved: &SavedField, into: &mut V) {
        match decode(&mut saved.bytes.as_slice()) {
            Ok(value) => *into = value,
            Err(error) => {
                let place = format!("state '{}'", saved.name);
                self.error.get_or_insert(Error::wrap(ErrorKind::User, error).at(place));
            }
        }
    }
}

impl<T> Visitor<T> for Load<'_> {
    fn cell<C: StateCell>(&mut self, field: &'static StateField, cell: &mut C, written_at: Option<&mut Timestamp>) {
        let Some(saved) = self.find(field) else { return };
        self.read(saved, cell);
        if let (Some(written_at), Some(saved)) = (written_at, saved.written_at) {
            *written_at = saved;
        }
    }

    fn timer<F: TimerField>(&mut self, field: &'static StateField, timer: &mut F, _name: impl FnOnce(F::Tag) -> T) {
        if let Some(saved) = self.find(field) {
            self.read(saved, timer);
        }
    }
}
