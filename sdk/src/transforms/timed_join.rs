//! The steps of joins in event time.

use super::co_group::{grouped, whole};
use super::elementwise::PAR_DO;
use super::late::{LateFrom, WithLateData};
use crate::graph::CollectionId;
use crate::kernel::Op;
use crate::kernel::keyed::timed_join::{Groups, JoinGroups, JoinInTime, Lateness, TimedJoin};
use crate::kernel::keyed::{CoGroup, Rows};
use crate::pipeline::{StepSpec, fused};
use crate::window::WindowingStrategy;
use crate::{Element, Error, ErrorKind, Key, PCollection, Result, Timestamp};
use std::sync::Arc;

/// What a join in event time is called.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) label: &'static str,
    pub(super) urn: &'static str,
}

/// What a join has made: its results, and where it has what came too late.
pub(super) struct Joined<R> {
    pub(super) results: PCollection<R>,
    late: LateFrom,
}

impl<R> Joined<R> {
    #[track_caller]
    pub(super) fn keeping_late_data<A: Element, B: Element>(
        self,
        left: &PCollection<A>,
        right: &PCollection<B>,
    ) -> WithLateData<R, (PCollection<A>, PCollection<B>)> {
        WithLateData { results: self.results, late: (self.late.next(left), self.late.next(right)) }
    }
}

/// Joins two collections: when all has been read if both have an end, with one key after the other in memory, and while
/// time goes on if not. The results are windowed as `windowing` says, or the join is refused.
#[track_caller]
pub(super) fn join_in_time<K: Key, J: TimedJoin>(
    left: &PCollection<(K, J::Left)>,
    right: &PCollection<(K, J::Right)>,
    Name { label, urn }: Name,
    join: impl Fn(Lateness) -> J,
    windowing: Result<Arc<WindowingStrategy>>,
) -> Joined<(K, J::Row)> {
    let pipeline = &left.pipeline;
    if windowing.is_ok() && left.is_bounded() && right.is_bounded() {
        let scope = pipeline.open_scope(label.to_owned(), true);
        let results = join_groups(left, right, join(Lateness::default()), windowing);
        drop(scope);
        return Joined { results, late: LateFrom::Nothing };
    }
    let lateness = Lateness { left: left.windowing().allowed_lateness(), right: right.windowing().allowed_lateness() };
    let shuffle = Arc::new(JoinInTime::<K, J>::new(join(lateness)));
    let spec = StepSpec { label: label.to_owned(), urn, inputs: vec![left.id, right.id], body: whole(shuffle) };
    let node = pipeline.add_windowed(spec, windowing);
    Joined { results: pipeline.add_output(node), late: LateFrom::Outputs(node) }
}

/// Brings the values of each key together, and then joins them.
#[track_caller]
fn join_groups<K: Key, J: TimedJoin>(
    left: &PCollection<(K, J::Left)>,
    right: &PCollection<(K, J::Right)>,
    join: J,
    windowing: Result<Arc<WindowingStrategy>>,
) -> PCollection<(K, J::Row)> {
    let shuffle = CoGroup::<K, (Rows<K, (Timestamp, J::Left)>, Rows<K, (Timestamp, J::Right)>)>::new();
    let inputs = vec![with_times(left), with_times(right)];
    let groups = grouped::<Groups<K, J>>(&left.pipeline, inputs, whole(Arc::new(shuffle)), Ok(Arc::default()));
    let body = fused::<Groups<K, J>>(move |wiring| Op::single(wiring, JoinGroups::<K, J>::new(join.clone(), wiring)));
    groups.then_windowed("InOrderOfTime", PAR_DO, body, windowing)
}

/// Every value with its timestamp.
fn with_times<K: Key, V: Element>(input: &PCollection<(K, V)>) -> CollectionId {
    input.reify_timestamps().map(|((key, value), time)| (key, (time, value))).id
}

/// The windowing of results that are at the times of the left side, which do not keep its marks.
///
/// # Errors
/// When the inputs belong to different pipelines, are divided into windows, or may be taken back.
pub(super) fn windowing_of_left<A: Element, B: Element>(
    left: &PCollection<A>,
    right: &PCollection<B>,
) -> Result<WindowingStrategy> {
    if !left.pipeline.is_same(&right.pipeline) {
        return Err(Error::new(ErrorKind::Graph, "its inputs belong to different pipelines"));
    }
    left.check_stays("a join by time").and_then(|()| right.check_stays("a join by time"))?;
    check_windows(&left.windowing())?;
    check_windows(&right.windowing())?;
    Ok(left.windowing().unpunctuated())
}

fn check_windows(windowing: &WindowingStrategy) -> Result<()> {
    if windowing.window_fn().is_global() {
        return Ok(());
    }
    let message = format!(
        "a join by time is not for collections in windows, and one of these is in {}: elements would miss partners in \
         the next window",
        windowing.window_fn()
    );
    let help = "join before windows are assigned, or say `.window(Windowing::global())` before the join, and window \
                the results";
    Err(Error::new(ErrorKind::Graph, message).help(help))
}
