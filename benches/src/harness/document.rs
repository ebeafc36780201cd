//! The figures in the README: charts and tables of the last runs, between two markers.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::report::{Report, Row};
use super::{chart, glance, results, table};
use crate::suites::all;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const BEGIN: &str = "<!-- figures: written by `beamline-benches report` -->";
const END: &str = "<!-- end of figures -->";

/// A document with charts beside it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document. Its charts are in the folder `charts` beside it.
    pub readme: PathBuf,
}

impl Document {
    /// Puts the last figures of all suites that have run into the document. Those of suites that have not stay away.
    ///
    /// # Errors
    ///
    /// When there are no figures, when they are not those of this version, and when the document has no place for them.
    pub fn update(&self, data: &Path) -> Result<()> {
        let reports = reports(&results(data))?;
        if reports.is_empty() {
            return Err(format!("there are no figures in {}: run a suite", results(data).display()).into());
        }
        let charts = self.readme.with_file_name("charts");
        fs::create_dir_all(&charts)?;
        for report in &reports {
            fs::write(charts.join(format!("{}.svg", report.suite)), chart::render(report))?;
        }
        let sections: Vec<String> = [glance::render(&reports)].into_iter().chain(reports.iter().map(section)).collect();
        let text = fs::read_to_string(&self.readme)?;
        fs::write(&self.readme, replace(&text, &sections.join("\n\n"))?)?;
        Ok(())
    }
}

fn reports(folder: &Path) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for suite in all() {
        let path = folder.join(format!("{}.json", suite.name));
        match fs::read_to_string(&path) {
            Ok(text) => reports.push(parse(&text).map_err(|error| format!("{}: {error}", path.display()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{}: {error}", path.display()).into()),
        }
    }
    Ok(reports)
}

fn parse(text: &str) -> serde_json::Result<Report> {
    serde_json::from_str(text)
}

fn section(report: &Report) -> String {
    let Report { suite, about, .. } = report;
    let picture = format!("![{suite}: time as a multiple of {}](charts/{suite}.svg)", report.reference);
    let (conditions, figures, verdict) = (table::circumstances(report), table::figures(report), table::verdict(report));
    let facts: Vec<String> = [conditions].into_iter().chain(peers(report)).collect();
    format!("### `{suite}`: {about}\n\n{picture}\n\n{figures}\n\n{}.\n{verdict}", facts.join("; "))
}

/// The systems of the peers, with their versions.
fn peers(report: &Report) -> BTreeSet<String> {
    let system = |row: &Row| Some(format!("{} {}", row.name.split('-').next()?, row.version.as_ref()?));
    report.contestants.iter().filter_map(system).collect()
}

/// The document with other figures between the markers.
fn replace(text: &str, figures: &str) -> Result<String> {
    let (before, rest) = text.split_once(BEGIN).ok_or_else(|| format!("there is no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("there is no line {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{figures}\n\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::example;
    use super::*;

    #[test]
    fn figures_and_charts_come_from_the_last_runs() {
        let folder = tempfile::tempdir().unwrap();
        let document = Document { readme: folder.path().join("README.md") };
        fs::write(&document.readme, format!("# Speed\n\n{BEGIN}\nold\n{END}\n\nThe rest.\n")).unwrap();
        fs::create_dir_all(results(folder.path())).unwrap();
        let figures = serde_json::to_string(&example()).unwrap();
        fs::write(results(folder.path()).join("wordcount.json"), figures).unwrap();
        document.update(folder.path()).unwrap();
        let text = fs::read_to_string(&document.readme).unwrap();
        assert!(text.starts_with("# Speed\n\n<!--") && text.ends_with("-->\n\nThe rest.\n"), "{text}");
        assert!(text.contains("(charts/wordcount.svg)") && text.contains("| 2.10 (2.00–4.00) "), "{text}");
        assert!(!text.contains("old"), "{text}");
        assert_eq!(fs::read_to_string(folder.path().join("charts/wordcount.svg")).unwrap(), chart::render(&example()));
        document.update(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(&document.readme).unwrap(), text);
    }

    #[test]
    fn a_place_for_the_figures_is_needed_and_so_are_figures() {
        assert!(replace("nothing", "").unwrap_err().to_string().contains("figures: written by"));
        let folder = tempfile::tempdir().unwrap();
        let document = Document { readme: folder.path().join("README.md") };
        assert!(document.update(folder.path()).unwrap_err().to_string().ends_with("run a suite"));
    }
}
