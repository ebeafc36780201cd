use super::*;
use proptest::prelude::*;

fn ms(millis: i64) -> Duration {
    Duration::from_millis(millis as u64)
}

fn assigned(window_fn: &dyn WindowFn, time: i64) -> Vec<Window> {
    let mut windows = WindowSet::new();
    window_fn.assign(Timestamp::from_millis(time), &mut windows);
    windows.to_vec()
}

/// Any time, the ends of time more often than chance would have it.
fn any_time() -> impl Strategy<Value = i64> {
    const MAX: i64 = Timestamp::MAX.millis();
    prop_oneof![-100_000..100_000i64, -MAX..=MAX, (-MAX..-MAX + 1000), (MAX - 1000..=MAX)]
}

/// The plain way to merge: joins any two that overlap until nothing changes.
fn naive_union(mut windows: Vec<Window>) -> Vec<Window> {
    'again: loop {
        for i in 0..windows.len() {
            for j in i + 1..windows.len() {
                if windows[i].overlaps(windows[j]) {
                    windows[i] = windows[i].span(windows.remove(j));
                    continue 'again;
                }
            }
        }
        windows.sort_unstable();
        return windows;
    }
}

proptest! {
    #[test]
    fn a_window_contains_its_element(time in any_time(), size in 1i64..100_000, period in 1i64..100_000, offset in 0i64..200_000) {
        let fixed = FixedWindows::new(ms(size)).offset(ms(offset));
        let period = period.max(size / 1000);
        let sliding = SlidingWindows::new(ms(size), ms(period)).offset(ms(offset));
        let sessions = Sessions::new(ms(size));
        for window in assigned(&fixed, time).into_iter().chain(assigned(&sliding, time)).chain(assigned(&sessions, time)) {
            prop_assert!(window.contains(Timestamp::from_millis(time)), "{window} does not contain {time}");
            prop_assert!(window.max_timestamp() <= Timestamp::END_OF_GLOBAL_WINDOW);
        }
        prop_assert_eq!(assigned(&fixed, time).len(), 1);
    }

    #[test]
    fn sliding_windows_are_as_many_as_periods_in_a_size(time in any_time(), n in 1i64..50, period in 1i64..5_000, offset in 0i64..9_000) {
        let sliding = SlidingWindows::new(ms(n * period), ms(period)).offset(ms(offset));
        let windows = assigned(&sliding, time);
        prop_assert_eq!(windows.len() as i64, n);
        prop_assert!(windows.is_sorted());
    }

    #[test]
    fn windows_that_slide_by_their_size_are_fixed(time in any_time(), size in 1i64..50_000, offset in 0i64..90_000) {
        let fixed = FixedWindows::new(ms(size)).offset(ms(offset));
        let sliding = SlidingWindows::new(ms(size), ms(size)).offset(ms(offset));
        prop_assert_eq!(assigned(&fixed, time), assigned(&sliding, time));
    }

    #[test]
    fn merging_is_the_union_of_intervals(starts in prop::collection::vec((-200i64..200, 1i64..30), 0..20)) {
        let windows: Vec<Window> = starts.iter().map(|(start, size)| window(*start, start + size)).collect();
        let mut merged = windows.clone();
        for merge in merge_overlapping(&windows) {
            prop_assert!(merge.from.is_sorted());
            merged.retain(|window| !merge.from.contains(window));
            merged.push(merge.to);
        }
        merged.sort_unstable();
        prop_assert_eq!(merged, naive_union(windows));
    }
}

#[test]
fn at_the_ends_of_time_windows_are_cut() {
    let hours = FixedWindows::new(Duration::from_hours(1));
    let last = assigned(&hours, Timestamp::MAX.millis())[0];
    assert_eq!(last.max_timestamp(), Timestamp::END_OF_GLOBAL_WINDOW);
    assert_eq!(assigned(&hours, Timestamp::MIN.millis())[0].start, Timestamp::MIN);
    let all = FixedWindows::new(Duration::from_secs(u64::MAX));
    assert_eq!(assigned(&all, 0)[0].max_timestamp(), Timestamp::END_OF_GLOBAL_WINDOW);
    assert_eq!(assigned(&Sessions::new(Duration::from_secs(u64::MAX)), 5)[0].start.millis(), 5);
}

#[test]
fn a_gap_between_windows_has_none() {
    let sparse = SlidingWindows::new(ms(10), ms(15));
    assert_eq!(assigned(&sparse, 9).len(), 1);
    assert_eq!(assigned(&sparse, 10), []);
    assert_eq!(sparse.side_input_window(window(0, 13)), None);
}

#[test]
fn numbers_that_make_no_sense_are_named() {
    let error = |window_fn: AnyWindowFn| window_fn.check().unwrap_err().to_string();
    assert_eq!(
        error(FixedWindows::new(Duration::ZERO).into()),
        "fixed windows of 0ns cannot be: the size is zero\n  help: lengths of windows are whole milliseconds, at least one"
    );
    let nanos = Duration::from_micros(1500);
    let text = error(Sessions::new(nanos).into());
    assert!(text.starts_with("sessions with a gap of 1.5ms cannot be: the gap is no whole number of milli"), "{text}");
    assert!(AnyWindowFn::from(FixedWindows::new(Duration::MAX)).check().is_ok(), "all of time");
    assert!(error(SlidingWindows::new(ms(1), ms(0)).into()).contains("the period is zero"));
    assert!(error(FixedWindows::new(ms(5)).offset(nanos).into()).contains("the offset is no whole number"));
    assert!(AnyWindowFn::from(FixedWindows::new(ms(5)).offset(ms(7))).check().is_ok());
}

#[test]
fn side_inputs_in_sessions_or_out_of_reach_are_refused() {
    let help = |side: AnyWindowFn, main| side.side_input_window(main).unwrap_err().to_string();
    assert!(help(Sessions::new(ms(5)).into(), window(0, 10)).contains("give the side input fixed or sliding windows"));
    assert!(help(FixedWindows::new(ms(5)).into(), Window::GLOBAL).contains("window the main input as well"));
}

#[derive(Debug)]
struct EvenAndOdd(#[allow(dead_code, reason = "printed")] u8);

impl WindowFn for EvenAndOdd {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(window(time.millis() & !1, time.millis() | 1));
    }
}

#[test]
fn a_custom_function_is_compatible_with_itself() {
    let (a, b) = (AnyWindowFn::custom(EvenAndOdd(1)), AnyWindowFn::custom(EvenAndOdd(1)));
    assert!(a.is_compatible(&a.clone()));
    assert!(!a.is_compatible(&b));
    assert!(!a.is_compatible(&GlobalWindows.into()));
    assert_eq!(a.to_string(), "windows of EvenAndOdd(1)");
}
