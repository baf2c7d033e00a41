//! `cosput emulator` as typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::server::ServiceChoice;
use crate::cos::{Bucket, Region};
use crate::language::{Message, message};

const EMULATOR_VARIABLES: &str = "Every option can also be set by a variable: COSPUT_LISTEN for --listen.";

const EMULATOR_EXAMPLES: &str = "\
Examples:
  Keep objects in a directory, and upload to it from another shell:
    cosput emulator --dir /tmp/objects
    export COS_SECRET_ID=AKIDcosputemulator
    export COS_SECRET_KEY=cosput-emulator-secret
    cosput upload --endpoint http://127.0.0.1:9460 a.txt \\
      cos://examplebucket-1250000000

Every option can also be set by a variable: COSPUT_LISTEN for --listen.";

/// Run a COS server on this machine for tests
#[derive(Debug, Args)]
#[command(after_help = EMULATOR_VARIABLES, after_long_help = EMULATOR_EXAMPLES)]
pub struct EmulatorArguments {
    /// Directory for the objects
    ///
    /// Default: emulator, beside the default directory of the journals.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// Address and port to listen on [127.0.0.1:9460]
    ///
    /// Port 0 takes any free port. Default: 127.0.0.1:9460, which other machines cannot reach.
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,
    /// Service: cos, or cdcs for data coffers [cos]
    ///
    /// Default: cos.
    #[arg(long, value_name = "SERVICE", hide_possible_values = true)]
    pub service: Option<ServiceChoice>,
    /// Region of the buckets [any]
    ///
    /// A request for the host of another region is refused, as COS does. Default: every region is accepted.
    #[arg(long, value_name = "REGION", value_parser = Region::new)]
    pub region: Option<Region>,
    /// Use the older XML edition of CDCS
    ///
    /// Requires --service cdcs. Default: JSON, the newer edition.
    #[arg(long)]
    pub cdcs_xml: bool,
    /// Fault to inject; can be repeated
    ///
    /// --fault help lists the faults. In COSPUT_FAULT, spaces separate several. Example: slow-down:times=3.
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// Buckets that exist, comma-separated [any]
    ///
    /// Default: every bucket that is used exists.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = Bucket::new)]
    pub buckets: Vec<Bucket>,
    /// Print results as JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

fn parse_listen(text: &str) -> Result<SocketAddr, Message> {
    text.parse().map_err(|_| message!("expected an IP address and a port, like 127.0.0.1:9460 or [::1]:0"))
}
