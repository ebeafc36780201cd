//! Where elements go that came too late, if somebody has asked for them.

use super::OneOf;
use crate::kernel::{Emitter, Stamp, Wiring};
use crate::{Element, Key, Result};

/// The outputs of a step for what came too late: one for each input, behind the output of its results.
///
/// Late elements are few, so one virtual call for each costs nothing, and operators need not know how many inputs there
/// are.
pub(crate) trait LateOutputs<K, V> {
    fn emit(&mut self, key: &K, value: V, stamp: &Stamp);

    /// The error of a consumer, if there was one.
    fn check(&mut self) -> Result<()>;

    fn flush(&mut self) -> Result<()>;
}

/// The outputs for late elements of a step that may have none.
pub(crate) struct Late<K, V>(Option<Box<dyn LateOutputs<K, V>>>);

impl<K, V> Late<K, V> {
    /// Nobody has asked.
    pub(crate) fn dropped() -> Self {
        Self(None)
    }

    /// What `make` makes, if the step has more outputs than that of its results.
    pub(super) fn of<L: LateOutputs<K, V> + 'static>(wiring: &Wiring<'_>, make: impl FnOnce() -> L) -> Self {
        Self((wiring.outputs.len() > 1).then(|| Box::new(make()) as Box<dyn LateOutputs<K, V>>))
    }

    #[cold]
    pub(crate) fn emit(&mut self, key: &K, value: V, stamp: &Stamp) {
        if let Some(outputs) = &mut self.0 {
            outputs.emit(key, value, stamp);
        }
    }

    pub(crate) fn check(&mut self) -> Result<()> {
        self.0.as_mut().map_or(Ok(()), |outputs| outputs.check())
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        self.0.as_mut().map_or(Ok(()), |outputs| outputs.flush())
    }
}

/// Pairs, of the only input.
impl<K: Key, V: Element> LateOutputs<K, V> for Emitter<(K, V)> {
    fn emit(&mut self, key: &K, value: V, stamp: &Stamp) {
        self.emit_with((key.clone(), value), stamp);
    }

    fn check(&mut self) -> Result<()> {
        self.check()
    }

    fn flush(&mut self) -> Result<()> {
        self.flush()
    }
}

/// Elements without a key.
pub(super) struct Keyless<V>(pub(super) Emitter<V>);

impl<V: Element> LateOutputs<(), V> for Keyless<V> {
    fn emit(&mut self, (): &(), value: V, stamp: &Stamp) {
        self.0.emit_with(value, stamp);
    }

    fn check(&mut self) -> Result<()> {
        self.0.check()
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

macro_rules! of_several {
    ($($V:ident $index:tt),+; $OneOf:ty) => {
        impl<K: Key, $($V: Element),+> LateOutputs<K, $OneOf> for ($(Emitter<(K, $V)>,)+) {
            fn emit(&mut self, key: &K, value: $OneOf, stamp: &Stamp) {
                match value {
                    $(OneOf::$V(value) => self.$index.emit_with((key.clone(), value), stamp),)+
                    #[allow(unreachable_patterns, reason = "six collections leave no rest")]
                    _ => unreachable!("only inputs have values"),
                }
            }

            fn check(&mut self) -> Result<()> {
                $(self.$index.check()?;)+
                Ok(())
            }

            fn flush(&mut self) -> Result<()> {
                $(self.$index.flush()?;)+
                Ok(())
            }
        }
    };
}

of_several!(A 0, B 1; OneOf<A, B, (), (), (), ()>);
of_several!(A 0, B 1, C 2; OneOf<A, B, C, (), (), ()>);
of_several!(A 0, B 1, C 2, D 3; OneOf<A, B, C, D, (), ()>);
of_several!(A 0, B 1, C 2, D 3, E 4; OneOf<A, B, C, D, E, ()>);
of_several!(A 0, B 1, C 2, D 3, E 4, F 5; OneOf<A, B, C, D, E, F>);
