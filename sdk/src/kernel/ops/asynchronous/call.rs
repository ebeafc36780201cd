//! What happens to one element: attempts, until one succeeds or there have been enough.

use super::common::Common;
use super::guard::{Guarded, Place};
use super::time::Time;
use crate::combine::random::mix;
use crate::kernel::Wiring;
use crate::transforms::par_do_async::{Settings, TimedOut};
use crate::{BoxError, Element, Error};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A call on its way.
pub(crate) type Answer<O> = Pin<Box<dyn Future<Output = Result<O, BoxError>> + Send>>;
/// The user's function.
pub(crate) type Call<T, O> = Arc<dyn Fn(T) -> Answer<O> + Send + Sync>;

/// What has become of an element.
pub(super) struct Outcome<T, O> {
    pub(super) attempts: u32,
    pub(super) end: End<T, O>,
}

pub(super) enum End<T, O> {
    Answer(O),
    Error(T, BoxError),
    /// User code has panicked: the end of the pipeline.
    Panic(T, Error),
}

/// Why an attempt has failed.
enum Broken {
    Error(BoxError),
    Panic(Error),
}

/// Calls a service, for the elements of one worker.
pub(super) struct Caller<T, O> {
    pub(super) settings: Settings,
    pub(super) time: Time,
    pub(super) place: Place,
    call: Call<T, O>,
    common: Arc<Common<O>>,
    seed: u64,
}

impl<T: Element, O: Element> Caller<T, O> {
    pub(super) fn new(
        wiring: &Wiring<'_>,
        settings: Settings,
        call: Call<T, O>,
        common: Arc<Common<O>>,
        time: Time,
    ) -> Self {
        let env = wiring.env;
        let stream = u64::from(wiring.id) << 32 | env.worker as u64;
        Self { settings, time, place: Place::new(wiring), call, common, seed: mix(env.seed ^ mix(stream)) }
    }

    /// Calls for an element until that succeeds, or has been tried often enough.
    pub(super) async fn run(self: Arc<Self>, flight: u64, element: T) -> Outcome<T, O> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.attempt(element.clone()).await {
                Ok(answer) => return Outcome { attempts, end: End::Answer(answer) },
                Err(Broken::Panic(panic)) => return Outcome { attempts, end: End::Panic(element, panic) },
                Err(Broken::Error(error)) => error,
            };
            if !self.settings.tries_again(attempts, &error) {
                return Outcome { attempts, end: End::Error(element, error) };
            }
            self.time.sleep(self.backoff(flight, attempts)).await;
        }
    }

    /// Calls once, when it is its turn.
    async fn attempt(&self, element: T) -> Result<O, Broken> {
        let _permit = self.common.permit().await;
        self.time.sleep(self.common.turn(self.time.now())).await;
        let call = self.call.clone();
        let answer = Guarded::new(&self.place, async move { call(element).await });
        let answer = match self.settings.timeout {
            None => self.time.await_answer(answer).await,
            Some(limit) => match self.time.within(limit, answer).await {
                Some(answer) => answer,
                None => return Err(Broken::Error(TimedOut(limit).into())),
            },
        };
        answer.map_err(Broken::Panic)?.map_err(Broken::Error)
    }

    /// How long to wait after so many attempts.
    fn backoff(&self, flight: u64, attempts: u32) -> Duration {
        self.settings.backoff.wait(attempts, self.seed ^ mix(flight << 16 ^ u64::from(attempts)))
    }
}
