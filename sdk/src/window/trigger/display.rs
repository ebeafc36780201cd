//! Triggers as text: as they are written in a program.

use super::{AfterProcessingTime, AfterWatermark, Trigger};
use std::fmt::{self, Display, Formatter};

impl Display for Trigger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default()"),
            Self::Never => f.write_str("never()"),
            Self::Always => f.write_str("always()"),
            Self::AfterCount(n) => write!(f, "after_count({n})"),
            Self::AfterPunctuation => f.write_str("after_punctuation()"),
            Self::AfterProcessingTime(trigger) => trigger.fmt(f),
            Self::AfterSynchronizedProcessingTime => f.write_str("after_synchronized_processing_time()"),
            Self::AfterWatermark(trigger) => trigger.fmt(f),
            Self::Repeatedly(trigger) => write!(f, "repeatedly({trigger})"),
            Self::All(triggers) => list(f, "all", triggers),
            Self::Any(triggers) => list(f, "any", triggers),
            Self::Sequence(triggers) => list(f, "sequence", triggers),
            Self::OrFinally(main, last) => write!(f, "{main}.or_finally({last})"),
        }
    }
}

impl Display for AfterWatermark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("after_watermark()")?;
        if let Some(early) = &self.early {
            write!(f, ".early({early})")?;
        }
        match &self.late {
            Some(late) => write!(f, ".late({late})"),
            None => Ok(()),
        }
    }
}

impl Display for AfterProcessingTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "after_processing_time({:?})", self.delay())?;
        match self.alignment() {
            Some((period, offset)) => write!(f, ".aligned_to({period:?}, {offset:?})"),
            None => Ok(()),
        }
    }
}

fn list(f: &mut Formatter<'_>, name: &str, triggers: &[Trigger]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (i, trigger) in triggers.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{trigger}")?;
    }
    f.write_str(")")
}
