//! Who runs against whom. **This is the place to add a suite**: a file with a [`Family`], and a line in [`FAMILIES`].

mod arguments;
mod contestant;
mod events;
mod files;
mod hours;
mod joins;
mod lines;
mod maps;
mod nexmark;
mod nothing;
mod overheads;
#[cfg(feature = "page")]
mod page;
mod rollup;
mod sessions;
mod suite;
mod sums;
mod timers;
mod wordcount;
mod workload;

pub use self::contestant::{Contestant, Program};
pub use self::suite::{Counted, Family, Outcome, Suite};
pub use self::workload::{Size, Workload};

/// Every family of suites, in the order of `all`.
pub const FAMILIES: &[Family] = &[
    wordcount::FAMILY,
    lines::FAMILY,
    sums::FAMILY,
    rollup::FAMILY,
    events::FAMILY,
    hours::FAMILY,
    sessions::FAMILY,
    nexmark::FAMILY,
    files::FAMILY,
    joins::FAMILY,
    timers::FAMILY,
    maps::FAMILY,
    overheads::FAMILY,
    nothing::FAMILY,
    #[cfg(feature = "page")]
    page::FAMILY,
];

/// Every suite, in the order of `all`.
pub fn all() -> impl Iterator<Item = &'static Suite> {
    FAMILIES.iter().flat_map(|family| family.suites)
}

/// The suite of a name.
pub fn find(name: &str) -> Option<&'static Suite> {
    all().find(|suite| suite.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::PathBuf;

    use super::*;

    fn is_unique<T: Eq + std::hash::Hash>(names: impl IntoIterator<Item = T>) -> bool {
        let mut seen = HashSet::new();
        names.into_iter().all(|name| seen.insert(name))
    }

    fn contestants(suite: &Suite) -> Vec<Contestant> {
        (suite.contestants)(&Workload { folder: PathBuf::from("data"), size: suite.size })
    }

    #[test]
    fn names_are_unique() {
        assert!(is_unique(FAMILIES.iter().map(|family| family.name)));
        assert!(is_unique(all().map(|suite| suite.name)));
        for suite in all() {
            assert!(is_unique(contestants(suite).iter().map(|contestant| contestant.name)), "{}", suite.name);
        }
    }

    #[test]
    fn what_is_counted_runs_in_the_suite() {
        for suite in all() {
            let names: Vec<_> = contestants(suite).iter().map(|contestant| contestant.name).collect();
            assert!(suite.counted.names.iter().all(|name| names.contains(name)), "{}: {names:?}", suite.name);
        }
    }

    #[test]
    fn own_contestants_are_entered_by_their_family() {
        for (suite, contestant) in all().flat_map(|suite| contestants(suite).into_iter().map(move |c| (suite, c))) {
            if contestant.program == Program::Own {
                let family = FAMILIES.iter().find(|family| family.name == contestant.arguments[1]);
                let family = family.unwrap_or_else(|| panic!("{}: {contestant:?}", suite.name));
                (family.parse)(&contestant.arguments[2..]).unwrap_or_else(|error| panic!("{contestant:?}: {error}"));
            }
        }
    }
}
