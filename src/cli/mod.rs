//! Everything that a person types or sees. The only place that knows clap, indicatif and anyhow.

pub mod args;
pub mod console;
pub mod destination;
pub mod exit;
mod hint;
mod json;
mod message;
mod meter;
mod notice;
pub mod options;
pub mod progress;
pub mod report;
pub mod signals;
mod state;
pub mod units;
pub mod variables;
pub mod world;

pub use world::World;
