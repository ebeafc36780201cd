//! The signals that ask a program for something.

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// To end.
    End,
    /// To say how it goes.
    #[cfg_attr(not(unix), allow(dead_code))]
    Status,
}

#[cfg(unix)]
pub(super) use unix::listen;

#[cfg(unix)]
mod unix {
    use super::Request;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::{fs, io, thread};

    /// Calls `act` whenever such a signal comes.
    pub(crate) fn listen(act: impl Fn(Request) + Send + 'static) -> io::Result<()> {
        let hang_up = (!is_hang_up_ignored()).then_some(SIGHUP);
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGQUIT].into_iter().chain(hang_up))?;
        let request = |signal| if signal == SIGQUIT { Request::Status } else { Request::End };
        let work = move || signals.forever().for_each(|signal| act(request(signal)));
        thread::Builder::new().name("signals".to_owned()).spawn(work).map(drop)
    }

    /// Whether the program was started with `nohup`, and should outlive its terminal. Assumed where the system does not
    /// tell.
    fn is_hang_up_ignored() -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_none_or(|mask| mask & (1 << (SIGHUP - 1)) != 0)
    }
}

/// Calls `act` whenever Ctrl-C is pressed.
#[cfg(not(unix))]
pub(super) fn listen(act: impl Fn(Request) + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || act(Request::End))
}
