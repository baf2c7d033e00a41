//! The options for stdin, as typed.

use clap::Args;

use crate::cli::values::units::parse_size;

/// The options for stdin.
#[derive(Debug, Args)]
pub struct StdinArguments {
    /// Most of stdin that is kept in memory [256MiB]
    ///
    /// A part stays in memory until the server has stored it. So this limits the requests in flight, the size of a
    /// part, and the size of the whole: 256MiB are enough for 1000GiB, 10GiB for 48TiB. At least 2MiB. Default: 256MiB.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, allow_negative_numbers = true, hide_short_help = true)]
    pub memory: Option<u64>,
    /// Size that stdin must have
    ///
    /// A stream of another size is not stored (exit code 3). All parts then have one size, as those of a file. Default:
    /// any size.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, allow_negative_numbers = true, hide_short_help = true)]
    pub expect_size: Option<u64>,
    /// CRC-64 that stdin must have
    ///
    /// A decimal number, as cosput reports for each object. A stream with another CRC-64 is not stored (exit code 3).
    /// Default: any.
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub expect_crc64: Option<u64>,
    /// Accept an empty stdin, or no file to upload
    ///
    /// An empty stdin is stored as an empty object. If there is nothing to upload below the sources or in the list, the
    /// exit code is 0. Default: both are errors (exit code 3), since an earlier command may have failed.
    #[arg(long, hide_short_help = true)]
    pub allow_empty: bool,
}
