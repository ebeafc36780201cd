//! Side inputs in front of a function.

use crate::kernel::guard::catch;
use crate::kernel::{Shared, Wiring};
use crate::side_input::SideInputs;
use crate::window::Window;
use crate::{Result, Step};
use std::rc::Rc;
use std::sync::Arc;

/// Side inputs, looked up when the first element comes: they are complete by then.
pub(super) struct Side<S: SideInputs> {
    views: S,
    windows: Option<S::Windows>,
    /// What the last window saw.
    last: Option<(Window, Rc<S::Values>)>,
    step: Arc<Step>,
    shared: Arc<Shared>,
}

impl<S: SideInputs> Side<S> {
    pub(super) fn new(views: S, wiring: &Wiring<'_>) -> Self {
        Self { views, windows: None, last: None, step: wiring.step.clone(), shared: wiring.env.shared.clone() }
    }

    fn windows(&mut self) -> &S::Windows {
        self.windows.get_or_insert_with(|| self.views.windows(&self.shared))
    }

    /// What elements of all windows see, if it is the same.
    pub(super) fn of_all_windows(&mut self) -> Result<Option<Rc<S::Values>>> {
        if S::is_global(self.windows()) { self.of(Window::GLOBAL).map(Some) } else { Ok(None) }
    }

    /// What elements in the window `main` see.
    pub(super) fn of(&mut self, main: Window) -> Result<Rc<S::Values>> {
        if let Some((_, values)) = self.last.as_ref().filter(|(window, _)| *window == main) {
            return Ok(values.clone());
        }
        let step = self.step.clone();
        let values = catch(&step, || S::values(self.windows(), main))?;
        let values = Rc::new(values.map_err(|error| error.in_step(&step).at(format!("an element in {main}")))?);
        self.last = Some((main, values.clone()));
        Ok(values)
    }
}
