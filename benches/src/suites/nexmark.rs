//! The queries of NEXMark, whose contestants are programs of the package `beamline-nexmark`.

use clap::error::ErrorKind;

use super::contestant::Contestant;
use super::suite::{Counted, Family, Outcome, Suite};
use super::workload::{Size, Workload};

const PIPELINE: &str = "beamline-nexmark";
const STILL: &str = "nexmark-still";
const BY_HAND: &str = "nexmark-handwritten";

macro_rules! suites {
    ($($query:literal, $name:literal: $about:literal;)+) => {
        &[$(Suite {
            name: $name,
            about: $about,
            result: Outcome::Checksum,
            size: Size::stream(20_000_000),
            contestants: |workload| contestants(workload, $query),
            counted: Counted { names: &["beamline-1"], size: Size::stream(20_000) },
        }),+]
    };
}

pub(super) const FAMILY: Family = Family {
    name: "nexmark",
    suites: suites! {
        "q0", "nexmark-q0": "pass through: all events of an auction house";
        "q1", "nexmark-q1": "currency conversion: bids in euros";
        "q2", "nexmark-q2": "selection: bids for particular auctions";
        "q3", "nexmark-q3": "local item suggestion: sellers joined with their auctions";
        "q4", "nexmark-q4": "average price for a category, of winning bids in sliding windows";
        "q5", "nexmark-q5": "hot items: the auctions with the most bids in sliding windows";
        "q6", "nexmark-q6": "average price of the last ten things of each seller";
        "q7", "nexmark-q7": "highest bid of each ten seconds";
        "q8", "nexmark-q8": "monitor new users: persons joined with their auctions in ten seconds";
        "q9", "nexmark-q9": "winning bids of all auctions";
        "q10", "nexmark-q10": "log all events to files of ten seconds";
        "q11", "nexmark-q11": "user sessions: bids of each bidder until a pause";
        "q12", "nexmark-q12": "bids of each bidder in windows of processing time";
        "q13", "nexmark-q13": "bids with rows of a side input";
        "q14", "nexmark-q14": "calculation: bids of middling prices, classified";
        "q15", "nexmark-q15": "bidding statistics of each day, with distinct counts";
        "q16", "nexmark-q16": "channel statistics of each day, with distinct counts";
        "q17", "nexmark-q17": "auction statistics of each day";
        "q18", "nexmark-q18": "last bid of each bidder for each auction";
        "q19", "nexmark-q19": "ten highest bids for each auction";
        "q20", "nexmark-q20": "bids joined with auctions of a category";
        "q21", "nexmark-q21": "bids with a number from their URL";
        "q22", "nexmark-q22": "bids with three folders of their URL";
    },
    parse: |_| {
        Err(clap::Error::raw(ErrorKind::InvalidSubcommand, "the contestants of NEXMark are programs of their own"))
    },
};

fn contestants(workload: &Workload, query: &'static str) -> Vec<Contestant> {
    let folder = workload.output().to_string_lossy().into_owned();
    let program =
        |name, program| Contestant::nexmark(name, program, query).with(&workload.stored()).with(&["--output", &folder]);
    let shown = |contestant: Contestant| contestant.with(&["--show", "0"]);
    let pipeline = |name| shown(program(name, PIPELINE)).with(&["--progress", "never"]);
    let own = vec![
        program("handwritten", BY_HAND),
        pipeline("beamline").with(&["--parallelism", "2"]),
        pipeline("beamline-1").with(&["--parallelism", "1"]).standing_still_as(shown(program("beamline-1", STILL))),
        pipeline("beamline-live").with(&["--live", "--parallelism", "2"]),
        pipeline("beamline-live-1").with(&["--live", "--parallelism", "1"]),
    ];
    own.into_iter().chain(peers(workload, query)).collect()
}

/// The peers: none has files of windows, and without windows of the clock query 12 is answered at the end.
fn peers(workload: &Workload, query: &'static str) -> Vec<Contestant> {
    let [renoir, timely] = match query {
        "q10" => return Vec::new(),
        "q12" => ["renoir", "timely"],
        _ => ["renoir-live", "timely-live"],
    };
    let peer =
        |name, program| Contestant::peer(name, program, "nexmark").with(&[query]).with(&workload.stored()).threads(2);
    vec![peer(renoir, "peer-renoir"), peer(timely, "peer-timely")]
}
