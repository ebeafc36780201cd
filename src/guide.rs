//! The programs in the guide, chapter by chapter: tests of what it says.

macro_rules! chapters {
    ($($name:ident $file:literal;)+) => {$(
        #[doc = include_str!(concat!("../docs/", $file))]
        struct $name;
    )+};
}

chapters! {
    EventTime "event-time.md";
    Windows "windows.md";
    Triggers "triggers.md";
    LateData "late-data.md";
    Retractions "retractions.md";
    StateAndTimers "state-and-timers.md";
    Joins "joins.md";
    Failures "failures.md";
    Testing "testing.md";
}
