//! The queries of NEXMark, whose contestants are programs of the package `beamline-nexmark`.

use clap::error::ErrorKind;

use super::contestant::Contestant;
use super::suite::{Counted, Family, Outcome, Suite};
use super::workload::{Size, Workload};

const PIPELINE: &str = "beamline-nexmark";
const STILL: &str = "nexmark-still";
const BY_HAND: &str = "nexmark-handwritten";

macro_rules! suites {
    ($($query:literal, $name:literal: $about:literal, $has_reference:expr;)+) => {
        &[$(Suite {
            name: $name,
            about: $about,
            result: Outcome::Checksum,
            size: Size::stream(20_000_000),
            contestants: |workload| contestants(workload, $query, $has_reference),
            counted: Counted { names: &["beamline-1"], size: Size::stream(20_000) },
        }),+]
    };
}

pub(super) const FAMILY: Family = Family {
    name: "nexmark",
    suites: suites! {
        "q0", "nexmark-q0": "pass through: all events of an auction house", true;
        "q1", "nexmark-q1": "currency conversion: bids in euros", true;
        "q2", "nexmark-q2": "selection: bids for particular auctions", true;
        "q3", "nexmark-q3": "local item suggestion: sellers joined with their auctions", true;
        "q4", "nexmark-q4": "average price for a category, of winning bids in sliding windows", true;
        "q5", "nexmark-q5": "hot items: the auctions with the most bids in sliding windows", true;
        "q6", "nexmark-q6": "average price of the last ten things of each seller", false;
        "q7", "nexmark-q7": "highest bid of each ten seconds", true;
        "q8", "nexmark-q8": "monitor new users: persons joined with their auctions in ten seconds", true;
        "q9", "nexmark-q9": "winning bids of all auctions", true;
        "q10", "nexmark-q10": "log all events to files of ten seconds", false;
        "q11", "nexmark-q11": "user sessions: bids of each bidder until a pause", true;
        "q12", "nexmark-q12": "bids of each bidder in windows of processing time", true;
        "q13", "nexmark-q13": "bids with rows of a side input", false;
        "q14", "nexmark-q14": "calculation: bids of middling prices, classified", false;
        "q15", "nexmark-q15": "bidding statistics of each day, with distinct counts", false;
        "q16", "nexmark-q16": "channel statistics of each day, with distinct counts", false;
        "q17", "nexmark-q17": "auction statistics of each day", false;
        "q18", "nexmark-q18": "last bid of each bidder for each auction", false;
        "q19", "nexmark-q19": "ten highest bids for each auction", false;
        "q20", "nexmark-q20": "bids joined with auctions of a category", false;
        "q21", "nexmark-q21": "bids with a number from their URL", false;
        "q22", "nexmark-q22": "bids with three folders of their URL", false;
    },
    parse: |_| {
        Err(clap::Error::raw(ErrorKind::InvalidSubcommand, "the contestants of NEXMark are programs of their own"))
    },
};

fn contestants(workload: &Workload, query: &'static str, has_reference: bool) -> Vec<Contestant> {
    let folder = workload.output().to_string_lossy().into_owned();
    let program = |name, program| Contestant::nexmark(name, program, query).with(&workload.stored());
    let shown = |contestant: Contestant| contestant.with(&["--show", "0", "--output", &folder]);
    let pipeline = |name| shown(program(name, PIPELINE)).with(&["--progress", "never"]);
    let pipelines = [
        pipeline("beamline").with(&["--parallelism", "2"]),
        pipeline("beamline-1").with(&["--parallelism", "1"]).standing_still_as(shown(program("beamline-1", STILL))),
        pipeline("beamline-live").with(&["--live", "--parallelism", "2"]),
        pipeline("beamline-live-1").with(&["--live", "--parallelism", "1"]),
    ];
    has_reference.then(|| program("handwritten", BY_HAND)).into_iter().chain(pipelines).collect()
}
