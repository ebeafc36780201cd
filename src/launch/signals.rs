//! The signals that ask a program to end.

#[cfg(unix)]
pub(super) use unix::listen;

#[cfg(unix)]
mod unix {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::{fs, io, thread};

    /// Calls `act` whenever such a signal comes.
    pub(crate) fn listen(act: impl Fn() + Send + 'static) -> io::Result<()> {
        let hang_up = (!is_hang_up_ignored()).then_some(SIGHUP);
        let mut signals = Signals::new([SIGINT, SIGTERM].into_iter().chain(hang_up))?;
        let work = move || signals.forever().for_each(|_| act());
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
pub(super) fn listen(act: impl Fn() + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(act)
}
