//! How stdin is read, as typed.

use clap::Args;

use crate::cli::output::units::parse_size;

/// How stdin is read.
#[derive(Debug, Args)]
pub struct StdinArguments {
    /// Most of stdin that is held in memory [256MiB]
    ///
    /// A part is held until the server has it, so it limits the requests in flight, and with two parts at a time the size
    /// of a part and of the whole: 256MiB are enough for 1000GiB, 10GiB for 48TiB. At least 2MiB. Default: 256MiB.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, hide_short_help = true)]
    pub memory: Option<u64>,
    /// Size that stdin is to have
    ///
    /// A stream that ends before or goes on after it is not uploaded (exit code 3). The parts are all of one size then, as
    /// those of a file.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, hide_short_help = true)]
    pub expect_size: Option<u64>,
    /// CRC-64 that stdin is to have
    ///
    /// A decimal number, as cosput tells it of each object. A stream with another one is not uploaded (exit code 3).
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub expect_crc64: Option<u64>,
    /// Make an empty object where stdin is empty
    ///
    /// Without it an empty stream is an error, since what feeds it may have failed.
    #[arg(long, hide_short_help = true)]
    pub allow_empty: bool,
}
