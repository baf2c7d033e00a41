//! Delta uploads, as typed.

use clap::{Args, ValueEnum};

/// Delta uploads.
#[derive(Debug, Args)]
pub struct DeltaArguments {
    /// Send only what changed [never]
    ///
    /// cosput keeps a map of each object that it uploads in parts. The next --delta upload compares the file with the
    /// map, sends the parts that changed, and lets COS copy the others from the object. The CRC-64 of the whole object
    /// proves the result, as always. A file without changes is skipped. With auto, a file that seems quite different is
    /// sent without comparing all of it; with always, it is compared to its end. --delta alone is --delta=auto. Default:
    /// never.
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "auto")]
    #[arg(hide_possible_values = true, hide_short_help = true)]
    pub delta: Option<DeltaChoice>,
    /// Where --delta keeps maps: here, object, or object:PREFIX [here]
    ///
    /// here is the directory maps in the directory of the journals. With object, a map is also kept in the bucket, as
    /// KEY.cosput-map, so that other machines can use it. With object:PREFIX, its key begins with PREFIX:
    /// object:maps/ keeps maps/KEY.cosput-map. Only with --delta. Default: here.
    #[arg(long, value_name = "PLACE", hide_short_help = true)]
    pub delta_map: Option<String>,
}

/// When only what changed is sent, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeltaChoice {
    /// If a sample of the file is in the object
    Auto,
    /// If anything of the file is in the object
    Always,
    /// Never
    Never,
}
