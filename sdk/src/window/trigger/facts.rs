//! What can be said about a trigger without running it.

use super::{AfterWatermark, Trigger};
use crate::window::Window;
use crate::{Error, ErrorKind, Result, Timestamp};
use std::time::Duration;

impl Trigger {
    /// Whether the trigger can finish, and thereby close a window while elements may still come.
    pub fn may_finish(&self) -> bool {
        match self {
            Self::Default | Self::Never | Self::Always | Self::Repeatedly(_) => false,
            Self::AfterCount(_)
            | Self::AfterPunctuation
            | Self::AfterProcessingTime(_)
            | Self::AfterSynchronizedProcessingTime => true,
            Self::AfterWatermark(trigger) => trigger.late.is_none(),
            Self::All(triggers) | Self::Sequence(triggers) => triggers.iter().all(Self::may_finish),
            Self::Any(triggers) => triggers.iter().any(Self::may_finish),
            Self::OrFinally(main, last) => main.may_finish() || last.may_finish(),
        }
    }

    /// Whether it closes a window at some time. In Beam a trigger of all or any of several, of which none
    /// [may finish](Self::may_finish), may not either; but it has finished when it has fired (`AfterAllStateMachine`,
    /// `AfterFirstStateMachine`).
    pub(crate) fn closes(&self) -> bool {
        match self {
            Self::All(_) | Self::Any(_) => true,
            Self::Sequence(triggers) => triggers.iter().all(Self::closes),
            Self::OrFinally(main, last) => main.closes() || last.closes(),
            other => other.may_finish(),
        }
    }

    /// Whether elements can be lost because the trigger has finished (Beam's unsafe triggers).
    ///
    /// A trigger after the watermark without late firings finishes, but where no lateness is allowed nothing can come
    /// then.
    pub fn may_lose_data(&self, allowed_lateness: Duration) -> bool {
        let is_over = matches!(self, Self::AfterWatermark(AfterWatermark { late: None, .. }));
        self.may_finish() && !(is_over && allowed_lateness.is_zero())
    }

    /// The trigger of what a grouping makes of a collection with this trigger: results are to travel on without being
    /// held back another time (Beam's continuation triggers).
    ///
    /// ```
    /// use beamline_sdk::window::Trigger;
    ///
    /// let trigger = Trigger::repeatedly(Trigger::after_count(100));
    /// assert_eq!(trigger.continuation(), Trigger::repeatedly(Trigger::after_count(1)));
    /// ```
    #[must_use]
    pub fn continuation(&self) -> Self {
        let each = |triggers: &[Self]| triggers.iter().map(Self::continuation).collect();
        match self {
            Self::Default | Self::Never | Self::Always | Self::AfterSynchronizedProcessingTime => self.clone(),
            Self::AfterCount(_) | Self::AfterPunctuation => Self::AfterCount(1),
            Self::AfterProcessingTime(_) => Self::AfterSynchronizedProcessingTime,
            Self::AfterWatermark(trigger) => Self::AfterWatermark(trigger.continuation()),
            Self::Repeatedly(trigger) => Self::repeatedly(trigger.continuation()),
            Self::All(triggers) => Self::All(each(triggers)),
            Self::Any(triggers) => Self::Any(each(triggers)),
            Self::Sequence(triggers) => Self::repeatedly(Self::Any(each(triggers))),
            Self::OrFinally(main, last) => Self::repeatedly(main.continuation().or_finally(last.continuation())),
        }
    }

    /// A watermark with which the trigger has fired for sure in a window that has elements; [`Timestamp::MAX`] if
    /// nothing but the end of the window's life makes it fire.
    pub fn fires_by(&self, window: Window) -> Timestamp {
        match self {
            Self::Default | Self::AfterWatermark(_) => window.max_timestamp(),
            Self::Always => Timestamp::MIN,
            Self::Never
            | Self::AfterCount(_)
            | Self::AfterPunctuation
            | Self::AfterProcessingTime(_)
            | Self::AfterSynchronizedProcessingTime => Timestamp::MAX,
            Self::Repeatedly(trigger) => trigger.fires_by(window),
            Self::All(triggers) => triggers.iter().map(|t| t.fires_by(window)).max().unwrap_or(Timestamp::MAX),
            Self::Any(triggers) => triggers.iter().map(|t| t.fires_by(window)).min().unwrap_or(Timestamp::MAX),
            Self::Sequence(triggers) => triggers.first().map_or(Timestamp::MAX, |t| t.fires_by(window)),
            Self::OrFinally(main, last) => main.fires_by(window).min(last.fires_by(window)),
        }
    }

    /// Whether every part of the trigger can do something.
    ///
    /// # Errors
    /// Names the part that cannot.
    pub fn check(&self) -> Result<()> {
        let error = |help: &str| {
            let message = format!("the trigger {self} cannot be carried out");
            Err(Error::new(ErrorKind::Graph, message).help(help))
        };
        match self {
            Self::AfterCount(0) => error("wait for at least one element"),
            Self::AfterProcessingTime(trigger) if trigger.alignment.is_some_and(|(period, _)| period == 0) => {
                error("align to a period of at least a millisecond")
            }
            Self::All(triggers) | Self::Any(triggers) | Self::Sequence(triggers) if triggers.is_empty() => {
                error("name at least one trigger in it")
            }
            _ => self.parts().into_iter().try_for_each(Self::check),
        }
    }

    /// Whether the trigger waits for elements that are marked by a predicate.
    pub fn waits_for_punctuation(&self) -> bool {
        *self == Self::AfterPunctuation || self.parts().into_iter().any(Self::waits_for_punctuation)
    }

    /// Whether it makes no difference to the trigger how many elements come at an instant, as long as one does. Those
    /// behind the end of the window are not meant.
    pub(crate) fn ignores_number(&self) -> bool {
        match self {
            Self::Always | Self::AfterCount(_) | Self::AfterPunctuation | Self::AfterSynchronizedProcessingTime => {
                false
            }
            // Without a delay it may be due at once.
            Self::AfterProcessingTime(trigger) => !trigger.delay().is_zero(),
            Self::Default | Self::Never => true,
            Self::AfterWatermark(trigger) => trigger.early_trigger().is_none_or(Self::ignores_number),
            _ => self.parts().into_iter().all(Self::ignores_number),
        }
    }

    /// The triggers that this one is made of.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::AfterWatermark(trigger) => {
                trigger.early_trigger().into_iter().chain(trigger.late_trigger()).collect()
            }
            Self::Repeatedly(trigger) => vec![trigger],
            Self::All(triggers) | Self::Any(triggers) | Self::Sequence(triggers) => triggers.iter().collect(),
            Self::OrFinally(main, last) => vec![main, last],
            _ => Vec::new(),
        }
    }
}

impl AfterWatermark {
    fn continuation(&self) -> Self {
        let part = |trigger: &Option<Box<Trigger>>| trigger.as_ref().map(|t| Box::new(t.continuation()));
        Self { early: part(&self.early), late: part(&self.late) }
    }
}
