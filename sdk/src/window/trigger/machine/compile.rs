//! From a description to a machine.

use super::{Kind, Node, TriggerMachine};
use crate::window::Trigger;

impl TriggerMachine {
    /// Compiles a trigger, for windows that [merge](crate::window::WindowFn::merges) or do not.
    pub fn new(trigger: &Trigger, merging: bool) -> Self {
        let mut compiler = Compiler { nodes: Vec::new(), flags: 0, numbers: 0 };
        compiler.trigger(trigger);
        let Compiler { nodes, flags, numbers } = compiler;
        let delays = (0..nodes.len()).filter(|n| matches!(nodes[*n].kind, Kind::Delay(_))).collect();
        let flag_words = flags.div_ceil(64);
        Self { nodes, delays, flag_words, words: flag_words + numbers, merging }
    }
}

struct Compiler {
    nodes: Vec<Node>,
    flags: usize,
    numbers: usize,
}

impl Compiler {
    fn trigger(&mut self, trigger: &Trigger) {
        if let Trigger::AfterWatermark(parts) = trigger {
            return match (parts.early_trigger(), parts.late_trigger()) {
                (None, None) => self.node(Kind::End, true, |_| {}),
                (early, late) => self.watermark(early, late),
            };
        }
        let kind = kind(trigger);
        let may_be_done = !matches!(kind, Kind::Always | Kind::Never | Kind::Default | Kind::Repeat);
        self.node(kind, may_be_done, |compiler| trigger.parts().into_iter().for_each(|part| compiler.trigger(part)));
    }

    /// Both sides repeat by definition; the flag of the early side says that the end has passed.
    fn watermark(&mut self, early: Option<&Trigger>, late: Option<&Trigger>) {
        self.node(Kind::Watermark { late: late.is_some() }, true, |compiler| {
            compiler.node(Kind::Repeat, true, |compiler| compiler.trigger(early.unwrap_or(&Trigger::Never)));
            compiler.node(Kind::Repeat, false, |compiler| compiler.trigger(late.unwrap_or(&Trigger::Never)));
        });
    }

    fn node(&mut self, kind: Kind, has_flag: bool, parts: impl FnOnce(&mut Self)) {
        let n = self.nodes.len();
        self.nodes.push(Node { kind, end: 0, flag: self.flags, has_flag, number: self.numbers });
        self.flags += usize::from(has_flag);
        self.numbers += usize::from(matches!(kind, Kind::Count(_) | Kind::Punctuation | Kind::Delay(_)));
        parts(self);
        self.nodes[n].end = self.nodes.len();
    }
}

fn kind(trigger: &Trigger) -> Kind {
    match trigger {
        Trigger::Default => Kind::Default,
        Trigger::Never => Kind::Never,
        Trigger::Always => Kind::Always,
        Trigger::AfterCount(n) => Kind::Count(*n),
        Trigger::AfterPunctuation => Kind::Punctuation,
        Trigger::AfterProcessingTime(delay) => Kind::Delay(*delay),
        Trigger::AfterSynchronizedProcessingTime => Kind::Ready,
        Trigger::AfterWatermark(_) => Kind::End,
        Trigger::Repeatedly(_) => Kind::Repeat,
        Trigger::All(_) => Kind::All,
        Trigger::Any(_) => Kind::Any,
        Trigger::Sequence(_) => Kind::Sequence,
        Trigger::OrFinally(..) => Kind::OrFinally,
    }
}
