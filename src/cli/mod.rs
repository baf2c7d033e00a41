//! Everything that a person types or sees. The only place that knows clap, indicatif and anyhow.

pub mod units;
