//! Drawing the comparison.

use std::fmt::Write;

use super::{Pair, Sample, Series};

/// The medians of each contender, then those of the ratios of paired runs.
pub(super) fn draw(n: u8, series: &[Series]) -> String {
    let runs = series.first().map_or(0, |series| series.pairs.len());
    let mut text = format!("order-recording, n = {n}; medians, {runs} paired runs\n\n");
    line(&mut text, "", &["states", "transitions", "seconds", "process s", "states/s", "bytes/state"]);
    let watershed: Vec<Sample> = pairs(series).map(|pair| pair.watershed).collect();
    medians(&mut text, "watershed", &watershed);
    for series in series {
        let peer: Vec<Sample> = series.pairs.iter().map(|pair| pair.peer).collect();
        medians(&mut text, &series.name, &peer);
    }
    text.push_str("\npeer ÷ watershed, medians of the pairs' ratios; above 1 Watershed needs less\n\n");
    line(&mut text, "", &["seconds", "process s", "bytes/state"]);
    for series in series {
        ratios(&mut text, series);
    }
    text
}

fn pairs(series: &[Series]) -> impl Iterator<Item = &Pair> {
    series.iter().flat_map(|series| &series.pairs)
}

fn medians(text: &mut String, name: &str, samples: &[Sample]) {
    let of = |figure: fn(&Sample) -> f64| median(samples.iter().map(|sample| Some(figure(sample))));
    let bytes = median(samples.iter().map(Sample::bytes_per_state));
    let cells = [
        show(of(|sample| sample.states as f64), 0),
        show(of(|sample| sample.transitions as f64), 0),
        show(of(|sample| sample.seconds), 3),
        show(of(|sample| sample.process_seconds), 3),
        show(of(Sample::states_per_second), 0),
        show(bytes, 1),
    ];
    line(text, name, &cells);
}

fn ratios(text: &mut String, series: &Series) {
    let of = |figure: fn(&Sample) -> Option<f64>| {
        median(series.pairs.iter().map(|pair| Some(figure(&pair.peer)? / figure(&pair.watershed)?)))
    };
    let cells = [
        show(of(|sample| Some(sample.seconds)), 2),
        show(of(|sample| Some(sample.process_seconds)), 2),
        show(of(Sample::bytes_per_state), 2),
    ];
    line(text, &series.name, &cells);
}

fn line(text: &mut String, name: &str, cells: &[impl AsRef<str>]) {
    let mut row = format!("{name:<26}");
    for cell in cells {
        write!(row, " {:>11}", cell.as_ref()).expect("writing to a string does not fail");
    }
    text.push_str(row.trim_end());
    text.push('\n');
}

fn show(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}

/// The median, or none if any value is missing or there are no values.
fn median(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut values = values.collect::<Option<Vec<f64>>>()?;
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some((values[middle - 1] + upper) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: f64, peak_bytes: Option<u64>) -> Sample {
        Sample { states: 10, transitions: 30, seconds, process_seconds: seconds, peak_bytes }
    }

    #[test]
    fn median_of_odd_even_and_missing() {
        assert_eq!(median([3.0, 1.0, 2.0].map(Some).into_iter()), Some(2.0));
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].map(Some).into_iter()), Some(2.5));
        assert_eq!(median([Some(1.0), None].into_iter()), None);
        assert_eq!(median(std::iter::empty()), None);
    }

    #[test]
    fn ratios_are_of_pairs_and_not_of_medians() {
        let pair = |watershed, peer| Pair { watershed: sample(watershed, Some(100)), peer: sample(peer, None) };
        let series = Series { name: "peer".to_owned(), pairs: vec![pair(1.0, 2.0), pair(4.0, 12.0), pair(5.0, 20.0)] };
        let mut text = String::new();
        ratios(&mut text, &series);
        let cells: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(cells, ["peer", "3.00", "3.00", "–"]);
    }
}
