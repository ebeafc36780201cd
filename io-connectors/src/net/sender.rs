//! One connection of a sink.

use super::connect::{Endpoint, pause};
use super::error::NetError;
use super::lines::Lines;
use super::stream::Stream;
use beamline_sdk::metrics::Counter;
use beamline_sdk::{BoxError, StopFlag, WriteFault, Writer};
use std::fmt::Display;
use std::io;
use std::time::{Duration, Instant};

static LOST: Counter = Counter::new("connections_lost");

/// How many bytes are gathered at most before they are sent.
const BLOCK: usize = 64 * 1024;

/// How many times as long as it may be silent the other side is heard at the end.
const TALK: u32 = 100;

/// How patient a sink is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) retries: u32,
    /// The first pause between attempts, and the longest.
    pub(super) backoff: (Duration, Duration),
    pub(super) connect_timeout: Duration,
    /// How long to wait for the end of a connection while nothing is heard.
    pub(super) close_timeout: Duration,
}

impl Patience {
    /// How long to wait when so many attempts have failed.
    fn wait_before(&self, attempts: u32) -> Duration {
        let (first, longest) = self.backoff;
        let doubled = 2u32.saturating_pow(attempts.saturating_sub(1));
        first.saturating_mul(doubled).min(longest)
    }
}

/// Sends lines over a connection, and makes a new one when it is lost.
pub struct LineSender {
    endpoint: Endpoint,
    patience: Patience,
    stop: StopFlag,
    stream: Option<Stream>,
    lines: Lines,
    was_connected: bool,
    /// How many attempts have been made since the last byte was taken, and why the last of them failed, if it has.
    fruitless: Option<(u32, Option<io::Error>)>,
    /// When the other side has taken or said something for the last time.
    active_at: Instant,
}

impl LineSender {
    pub(super) fn new(endpoint: Endpoint, patience: Patience) -> Self {
        let (stop, lines, active_at) = (StopFlag::default(), Lines::default(), Instant::now());
        Self { endpoint, patience, stop, stream: None, lines, was_connected: false, fruitless: None, active_at }
    }

    /// Hands all lines to the system. Elements that it has not taken when there is no connection to be had are given back.
    fn deliver(&mut self) -> Result<(), BoxError> {
        self.send().map_err(|error| match error.downcast::<NetError>() {
            Ok(error) => WriteFault::undelivered(self.lines.give_back(), error).into(),
            Err(error) => error,
        })
    }

    /// Hands all lines to the system, over as many connections as it takes.
    fn send(&mut self) -> Result<(), BoxError> {
        if self.lines.len() == 0 {
            return Ok(());
        }
        // What the other side has closed meanwhile is found out here, and not by lines that are lost.
        if let Some(Err(error)) = self.stream.as_mut().map(Stream::check_open) {
            self.lose(error);
        }
        while self.lines.len() > 0 {
            self.stop.check()?;
            self.send_some()?;
        }
        Ok(())
    }

    fn send_some(&mut self) -> Result<(), BoxError> {
        let stream = self.stream.take().map_or_else(|| self.connect(), Ok)?;
        let stream = self.stream.insert(stream);
        match stream.write(self.lines.rest()) {
            Ok(0) => {}
            Ok(bytes) => {
                self.lines.take(bytes);
                self.fruitless = None;
                self.active_at = Instant::now();
            }
            Err(error) => self.lose(error),
        }
        Ok(())
    }

    fn lose(&mut self, cause: io::Error) {
        LOST.inc(1);
        self.stream = None;
        self.lines.begin_again();
        let (attempts, _) = self.fruitless.take().unwrap_or((0, None));
        self.fruitless = Some((attempts, Some(cause)));
    }

    /// Tries until there is a connection, with longer and longer pauses.
    fn connect(&mut self) -> Result<Stream, BoxError> {
        loop {
            let (attempts, cause) = self.fruitless.take().unwrap_or((0, None));
            if let Some(cause) = cause {
                if attempts > self.patience.retries {
                    return Err(self.give_up(attempts, cause).into());
                }
                pause(self.patience.wait_before(attempts), &self.stop)?;
            }
            match self.endpoint.connect(self.patience.connect_timeout, &self.stop)? {
                Ok(stream) => {
                    self.was_connected = true;
                    self.fruitless = Some((attempts + 1, None));
                    return Ok(stream);
                }
                Err(cause) => self.fruitless = Some((attempts + 1, Some(cause))),
            }
        }
    }

    /// Closes a connection when the other side has done so, or does nothing any more: one that is closed before forgets
    /// what it has not sent yet as soon as an answer comes. The time counts from the last sign of life, so
    /// several that a worker closes in turn are waited for at the same time.
    fn close(&mut self, mut stream: Stream) -> Result<(), BoxError> {
        let (begun, timeout) = (Instant::now(), self.patience.close_timeout);
        // The lines are out of our hands: an error changes nothing any more.
        let mut heard = stream.finish().and_then(|()| stream.check_open());
        while let Ok(is_heard) = heard {
            self.stop.check()?;
            if is_heard {
                self.active_at = Instant::now();
            }
            if self.active_at.elapsed() >= timeout || begun.elapsed() >= timeout.saturating_mul(TALK) {
                break;
            }
            heard = stream.hear();
        }
        Ok(())
    }

    fn give_up(&self, attempts: u32, cause: io::Error) -> NetError {
        let (address, lines) = (self.endpoint.to_string(), self.lines.taken_lines());
        if self.was_connected {
            NetError::Lost { address, lines, attempts, cause }
        } else {
            NetError::Unreachable { address, attempts, cause }
        }
    }
}

impl<T: Display> Writer<T> for LineSender {
    type Commit = ();

    fn heed(&mut self, stop: &StopFlag) {
        self.stop = stop.clone();
    }

    fn leave_retries(&mut self) {
        self.patience = Patience { retries: 0, backoff: (Duration::ZERO, Duration::ZERO), ..self.patience };
    }

    fn write(&mut self, element: T) -> Result<(), BoxError> {
        if self.lines.add(&element).is_err() {
            return Err(NetError::Format { address: self.endpoint.to_string() }.into());
        }
        if self.lines.len() < BLOCK { Ok(()) } else { self.deliver() }
    }

    fn finish_bundle(&mut self) -> Result<(), BoxError> {
        self.deliver()
    }

    fn prepare(mut self) -> Result<(), BoxError> {
        self.deliver()?;
        self.stream.take().map_or(Ok(()), |stream| self.close(stream))
    }
}
