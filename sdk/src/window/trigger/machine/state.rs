//! What a trigger remembers of a window.

use super::{Node, TriggerMachine};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// What a trigger remembers of one window of one key: which parts are done, how many elements were counted, when a
/// delay is over.
///
/// A few words, without allocation for simple triggers, and none at all for the default trigger. It makes sense only to
/// the machine that made it, or to one of the same trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerState(SmallVec<[u64; 3]>);

impl TriggerMachine {
    /// The state of a window without elements.
    #[inline]
    pub fn new_state(&self) -> TriggerState {
        TriggerState(SmallVec::from_elem(0, self.words))
    }

    pub(super) fn node(&self, n: usize) -> &Node {
        &self.nodes[n]
    }

    /// The nodes that `n` is made of.
    pub(super) fn children(&self, n: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[n].end;
        let next = move |child: &usize| Some(self.nodes[*child].end).filter(|next| *next < end);
        std::iter::successors(Some(n + 1).filter(|child| *child < end), next)
    }

    #[inline]
    pub(super) fn is_done(&self, state: &TriggerState, n: usize) -> bool {
        let node = &self.nodes[n];
        node.has_flag && state.0[node.flag / 64] >> (node.flag % 64) & 1 == 1
    }

    pub(super) fn set_done(&self, state: &mut TriggerState, n: usize, done: bool) {
        let Node { flag, has_flag, .. } = self.nodes[n];
        if has_flag {
            let bit = 1 << (flag % 64);
            let word = &mut state.0[flag / 64];
            *word = if done { *word | bit } else { *word & !bit };
        }
    }

    pub(super) fn number(&self, state: &TriggerState, n: usize) -> u64 {
        state.0[self.flag_words + self.nodes[n].number]
    }

    pub(super) fn number_mut<'a>(&self, state: &'a mut TriggerState, n: usize) -> &'a mut u64 {
        &mut state.0[self.flag_words + self.nodes[n].number]
    }

    /// Forgets the numbers of a node and all its parts.
    pub(super) fn wipe(&self, state: &mut TriggerState, n: usize) {
        let Node { number: start, end, .. } = self.nodes[n];
        let end = self.nodes.get(end).map_or(self.words - self.flag_words, |next| next.number);
        state.0[self.flag_words + start..self.flag_words + end].fill(0);
    }

    /// Begins a node anew.
    pub(super) fn reset(&self, state: &mut TriggerState, n: usize) {
        self.wipe(state, n);
        (n..self.nodes[n].end).for_each(|part| self.set_done(state, part, false));
    }
}
