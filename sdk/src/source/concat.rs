//! What there was, then what comes.

use super::turns::{Turns, describe};
use crate::kernel::Mark;
use crate::{BoxError, Element, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use serde::{Deserialize, Serialize};

/// Two sources, one behind the other: see [`Source::concat`].
#[derive(Clone, Debug)]
pub struct Concat<H, L> {
    history: H,
    live: L,
}

impl<H, L> Concat<H, L> {
    pub(super) fn new(history: H, live: L) -> Self {
        Self { history, live }
    }
}

/// What one worker reads of two sources.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "H: Element, L: Element")]
pub struct ConcatSplit<H, L> {
    history: Vec<H>,
    live: Vec<L>,
    /// How far time had come when it was given away.
    watermark: Timestamp,
}

impl<H: Source, L: Source<Out = H::Out>> Source for Concat<H, L> {
    type Out = H::Out;
    type Split = ConcatSplit<H::Split, L::Split>;
    type Reader = ConcatReader<H, L>;

    fn label(&self) -> String {
        format!("{}, then {}", self.history.label(), self.live.label())
    }

    fn is_bounded(&self) -> bool {
        self.live.is_bounded()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Self::Split>, BoxError> {
        if !self.history.is_bounded() {
            let label = self.history.label();
            return Err(
                format!("nothing can be read behind {label}, which has no end: concat needs one that has").into()
            );
        }
        let history = self.history.splits(&SplitTarget { parallelism: 1 })?;
        let live = self.live.splits(target)?;
        Ok(vec![ConcatSplit { history, live, watermark: Timestamp::MIN }])
    }

    fn size(&self, split: &Self::Split) -> Option<u64> {
        let history = split.history.iter().map(|split| self.history.size(split));
        history.chain(split.live.iter().map(|split| self.live.size(split))).sum()
    }

    fn describe(&self, split: &Self::Split) -> String {
        match &split.history[..] {
            [] => describe(&self.live, &split.live),
            history => format!("{}, then {}", describe(&self.history, history), describe(&self.live, &split.live)),
        }
    }

    fn open(&self, split: Self::Split) -> Result<Self::Reader, BoxError> {
        Ok(ConcatReader {
            is_live: split.history.is_empty(),
            history: Turns::new(&self.history, split.history),
            live: Turns::new(&self.live, split.live),
            watermark: split.watermark,
        })
    }

    fn stops_when_drained(&self) -> bool {
        self.live.stops_when_drained()
    }
}

/// Reads what there was, then what comes.
pub struct ConcatReader<H: Source, L: Source> {
    history: Turns<H>,
    live: Turns<L>,
    is_live: bool,
    watermark: Timestamp,
}

impl<H: Source, L: Source> ConcatReader<H, L> {
    fn mark(&self) -> Mark {
        if self.is_live { self.live.mark() } else { self.history.mark() }
    }
}

impl<H: Source, L: Source<Out = H::Out>> Reader for ConcatReader<H, L> {
    type Out = H::Out;
    type Split = ConcatSplit<H::Split, L::Split>;

    fn poll(&mut self, out: &mut SourceBatch<'_, H::Out>) -> Result<Next, BoxError> {
        let next = if self.is_live { self.live.poll(out)? } else { self.history.poll(out)? };
        self.watermark = self.watermark.max(self.mark().time);
        if next == Next::Done && !self.is_live {
            self.is_live = true;
            return Ok(Next::More);
        }
        Ok(next)
    }

    fn bytes_read(&self) -> u64 {
        self.history.bytes_read() + self.live.bytes_read()
    }

    fn watermark(&self) -> Timestamp {
        self.watermark
    }

    fn is_idle(&self) -> bool {
        self.is_live && self.live.mark().is_idle
    }

    fn is_caught_up(&self) -> bool {
        self.is_live && self.live.is_caught_up()
    }

    /// What is live is divided when it has begun, since it comes behind what there was.
    fn try_split(&mut self, fraction: f64) -> Option<Self::Split> {
        let live = if self.is_live { self.live.share(fraction) } else { Vec::new() };
        let (history, watermark) = (Vec::new(), self.watermark);
        (!live.is_empty()).then_some(ConcatSplit { history, live, watermark })
    }
}
