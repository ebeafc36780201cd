//! Who runs.

use super::programs;
use crate::suites::{Contestant, Program};

/// Who runs, how often, and against whom.
#[derive(Clone, Debug)]
pub struct Selection {
    /// How often each contestant runs, after one run that does not count.
    pub rounds: usize,
    /// The contestants that run, or none for all.
    pub only: Vec<String>,
    /// The contestant that the others are compared with, or none for the first.
    pub reference: Option<String>,
}

/// Who runs after all.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Those who run.
    pub(super) contestants: Vec<Contestant>,
    /// Which of them the others are compared with.
    pub(super) reference: usize,
    /// Those who do not, and what to do about it.
    pub(super) absent: Vec<String>,
}

impl Selection {
    /// Chooses among the contestants of a suite. Peers that are not built are left out, unless they are asked for by name.
    pub(super) fn choose(&self, all: Vec<Contestant>) -> Result<Chosen, String> {
        self.only.iter().try_for_each(|name| place(name, &all).map(drop))?;
        let chosen = all.into_iter().filter(|contestant| self.only.is_empty() || self.names(contestant));
        let (contestants, absent): (Vec<_>, Vec<_>) = chosen.partition(|contestant| self.is_here(contestant));
        let reference = self.reference.as_deref().map_or(Ok(0), |name| place(name, &contestants))?;
        Ok(Chosen { contestants, reference, absent: absent.iter().map(advice).collect() })
    }

    fn names(&self, contestant: &Contestant) -> bool {
        self.only.iter().any(|name| name == contestant.name)
    }

    fn is_here(&self, contestant: &Contestant) -> bool {
        self.names(contestant)
            || !matches!(contestant.program, Program::Peer(_))
            || programs::find(contestant.program).is_ok()
    }
}

fn advice(contestant: &Contestant) -> String {
    format!("{} is not built; {}", contestant.name, programs::how_to_build(contestant.program))
}

fn place(name: &str, contestants: &[Contestant]) -> Result<usize, String> {
    contestants.iter().position(|contestant| contestant.name == name).ok_or_else(|| {
        let names: Vec<&str> = contestants.iter().map(|contestant| contestant.name).collect();
        format!("no contestant is called {name}, only {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Contestant> {
        let contestant = |name, program| Contestant { name, program, arguments: Vec::new(), still: None };
        vec![
            contestant("a", Program::Own),
            contestant("b", Program::Peer("no-such-peer")),
            contestant("c", Program::Own),
        ]
    }

    fn choose(only: &[&str], reference: Option<&str>) -> Result<Chosen, String> {
        let only = only.iter().map(ToString::to_string).collect();
        Selection { rounds: 1, only, reference: reference.map(str::to_owned) }.choose(all())
    }

    fn names(chosen: &Chosen) -> Vec<&str> {
        chosen.contestants.iter().map(|contestant| contestant.name).collect()
    }

    #[test]
    fn a_peer_that_is_not_built_is_left_out_and_told_of() {
        let chosen = choose(&[], Some("c")).unwrap();
        assert_eq!((names(&chosen), chosen.reference), (vec!["a", "c"], 1));
        assert!(chosen.absent[0].starts_with("b is not built; build it with `cargo build"), "{:?}", chosen.absent);
    }

    #[test]
    fn a_peer_that_is_asked_for_is_not_left_out() {
        let chosen = choose(&["b", "c"], None).unwrap();
        assert_eq!((names(&chosen), chosen.absent.len()), (vec!["b", "c"], 0));
    }

    #[test]
    fn nobody_knows_these() {
        assert_eq!(choose(&["x"], None).unwrap_err(), "no contestant is called x, only a, b, c");
        assert_eq!(choose(&["a"], Some("c")).unwrap_err(), "no contestant is called c, only a");
    }
}
