//! The program's own arguments beside the runner's.

use super::exit;
use super::options::Options;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::ffi::OsString;
use std::path::Path;

/// Reads both.
pub(super) fn parse<A: Args>(args: Vec<OsString>) -> Result<(A, Options), clap::Error> {
    let mut own = None;
    let runners = parse_with(args, A::augment_args, &mut |matches| {
        own = Some(A::from_arg_matches_mut(matches)?);
        Ok(())
    })?;
    Ok((own.expect("read by now"), runners))
}

/// As [`parse`], where it is not known what the program reads: compiled once, with this crate.
fn parse_with(
    args: Vec<OsString>,
    augment: fn(Command) -> Command,
    read: &mut dyn FnMut(&mut ArgMatches) -> Result<(), clap::Error>,
) -> Result<Options, clap::Error> {
    let name = program_name(args.first());
    let mut command = command(&name, augment(Command::new(name.clone())))?;
    let version = command.get_version().map(str::to_owned);
    let mut matches = command.clone().try_get_matches_from(args)?;
    let runners = read(&mut matches).and_then(|()| Options::from_arg_matches_mut(&mut matches));
    let runners = runners.map_err(|error| error.format(&mut command))?;
    Ok(Options { version, ..runners })
}

fn command(name: &str, own: Command) -> Result<Command, clap::Error> {
    let runners = Options::augment_args(Command::new(name.to_owned()));
    if let Some(taken) = own.get_arguments().find_map(|arg| taken_name(arg, &runners)) {
        let text = format!("this program has an argument {taken}, which is an option of the runner too: rename it\n");
        return Err(clap::Error::raw(ErrorKind::ArgumentConflict, text));
    }
    let after = own.get_after_help().map(|text| format!("{text}\n\n{}", exit::HELP));
    let both = Options::augment_args(own);
    Ok(both.after_help(after.unwrap_or_else(|| exit::HELP.to_owned())))
}

/// The name of an argument that the runner has too.
fn taken_name(arg: &Arg, runners: &Command) -> Option<String> {
    let long =
        |other: &Arg| arg.get_long().filter(|long| other.get_long() == Some(long)).map(|long| format!("--{long}"));
    let short = |other: &Arg| arg.get_short().filter(|c| other.get_short() == Some(*c)).map(|c| format!("-{c}"));
    let id = |other: &Arg| (arg.get_id() == other.get_id()).then(|| arg.get_id().to_string());
    runners.get_arguments().find_map(|other| long(other).or_else(|| short(other)).or_else(|| id(other)))
}

/// What a program is called, from its first argument.
pub(super) fn program_name(first: Option<&OsString>) -> String {
    let name = first.and_then(|path| Path::new(path).file_stem());
    name.map_or_else(|| "pipeline".to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    /// Says what it does.
    ///
    /// And more of it.
    #[derive(Parser)]
    #[command(version, after_help = "See also the moon.")]
    struct Own {
        /// Where
        #[arg(long, short)]
        place: Option<String>,
    }

    fn read<A: Args>(args: &[&str]) -> Result<(A, Options), String> {
        let all = ["folder/program"].iter().chain(args);
        parse(all.map(OsString::from).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn both_kinds_in_any_order() {
        let (own, runners) = read::<Own>(&["-vv", "--place", "here", "--parallelism=3", "--memory", "1G"]).unwrap();
        assert_eq!(own.place.as_deref(), Some("here"));
        assert_eq!((runners.verbose, runners.parallelism, runners.memory), (2, Some(3), Some(1 << 30)));
        assert!(read::<()>(&["--trace-elements"]).unwrap().1.trace_elements);
    }

    #[test]
    fn the_help_is_that_of_the_program() {
        let help = read::<Own>(&["--help"]).err().unwrap();
        assert!(
            help.starts_with("Says what it does.\n\nAnd more of it.\n\nUsage: program [OPTIONS]\n\nOptions:\n"),
            "{help}"
        );
        let (options, runners) = help.split_once("\nRunner options:\n").unwrap();
        assert!(options.contains("--place") && runners.contains("--parallelism"), "{help}");
        assert!(help.contains("\nSee also the moon.\n\nExit codes: 0 success, "), "{help}");
        assert_eq!(read::<Own>(&["--version"]).err().unwrap(), format!("program {}\n", env!("CARGO_PKG_VERSION")));
    }

    #[derive(Parser)]
    struct SameLong {
        #[arg(long)]
        memory: String,
    }

    #[derive(Parser)]
    struct SameShort {
        #[arg(short = 'v')]
        invert: bool,
    }

    #[derive(Parser)]
    struct SameField {
        progress: String,
    }

    #[test]
    fn names_that_the_runner_has_are_refused() {
        let says = |error: Option<String>, name: &str| {
            let expected = format!(
                "error: this program has an argument {name}, which is an option of the runner too: rename it\n"
            );
            assert_eq!(error, Some(expected));
        };
        says(read::<SameLong>(&[]).err(), "--memory");
        says(read::<SameShort>(&[]).err(), "-v");
        says(read::<SameField>(&["x"]).err(), "progress");
    }
}
