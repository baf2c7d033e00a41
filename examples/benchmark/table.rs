//! Results as lines of text.

use std::time::Duration;

use super::process::Cost;

/// Prints the column titles.
pub(crate) fn title(text: &str) {
    println!("\n{text}");
    println!(
        "  {:<30} {:>30} {:>9} {:>14} {:>9} {:>10} {:>9}",
        "", "wall: median (min–max)", "÷ first", "CPU (s/GiB)", "÷ first", "peak RSS", "read"
    );
}

/// Prints the line of a program; its ratios to `first` are medians over the rounds.
pub(crate) fn line(name: &str, bytes: u64, costs: &[Cost], first: Option<&[Cost]>) {
    if let Some(failed) = costs.iter().position(|cost| !cost.success) {
        println!("  {name:<30} run {} failed", failed + 1);
        return;
    }
    let (wall, cpu) = (walls(costs), cpus(costs));
    // Round by round, so that changes in the machine's speed between rounds affect no ratio.
    let ratio = |own: &[f64], of: fn(&[Cost]) -> Vec<f64>| {
        let Some(first) = first.map(of) else { return String::new() };
        let ratios: Vec<f64> = own.iter().zip(&first).map(|(own, first)| own / first).collect();
        format!("{:.3}x", median(&ratios))
    };
    let spread = format!("{} ({}–{})", seconds(median(&wall)), seconds(least(&wall)), seconds(most(&wall)));
    let gibibytes = bytes as f64 / f64::from(1 << 30);
    let whole = costs.iter().filter_map(|cost| cost.read).max();
    println!(
        "  {name:<30} {spread:>30} {:>9} {:>14} {:>9} {:>10} {:>9}",
        ratio(&wall, walls),
        format!("{} ({:.2})", seconds(median(&cpu)), median(&cpu) / gibibytes),
        ratio(&cpu, cpus),
        mebibytes(costs.iter().map(|cost| cost.memory).max().unwrap_or(0)),
        whole.map_or_else(String::new, |read| format!("{:.3}x", read as f64 / bytes as f64)),
    );
}

/// The median of some durations, as text.
pub(crate) fn median_of(times: &[Duration]) -> String {
    seconds(median(&times.iter().map(Duration::as_secs_f64).collect::<Vec<_>>()))
}

/// A number of something as text, or a dash if it is unknown.
pub(crate) fn known(number: f64, unit: &str) -> String {
    if number.is_nan() { "-".to_owned() } else { format!("{number:.2}{unit}") }
}

/// Mebibytes as text.
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn walls(costs: &[Cost]) -> Vec<f64> {
    costs.iter().map(|cost| cost.wall.as_secs_f64()).collect()
}

fn cpus(costs: &[Cost]) -> Vec<f64> {
    costs.iter().map(|cost| cost.cpu.as_secs_f64()).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[length / 2],
        length => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
    }
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn seconds(value: f64) -> String {
    if value < 0.1 { format!("{:.2} ms", value * 1000.0) } else { format!("{value:.3} s") }
}
