//! Everything that a person types or sees. The only place that knows clap, indicatif and anyhow.

pub mod console;
pub mod exit;
mod hint;
mod message;
pub mod signals;
pub mod units;
pub mod world;

pub use world::World;
