//! `cosput emulator` as typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::server::ServiceChoice;
use crate::cos::Bucket;

const EMULATOR_VARIABLES: &str = "Each option can also come from a variable: COSPUT_LISTEN for --listen.";

const EMULATOR_EXAMPLES: &str = "\
Examples:
  Serve objects from a directory, and upload to it from another shell:
    cosput emulator --dir /tmp/objects
    COS_SECRET_ID=AKIDcosputemulator COS_SECRET_KEY=cosput-emulator-secret \\
      cosput upload --endpoint http://127.0.0.1:9460 a.txt cos://examplebucket-1250000000

Each option can also come from a variable: COSPUT_LISTEN for --listen.";

/// Run a COS server on this machine, with its objects in a directory
#[derive(Debug, Args)]
#[command(after_help = EMULATOR_VARIABLES, after_long_help = EMULATOR_EXAMPLES)]
pub struct EmulatorArguments {
    /// Directory of the objects
    ///
    /// Default: emulator, beside the default directory of the journals.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Address to listen on [127.0.0.1:9460]
    ///
    /// Port 0 takes any free one. Default: 127.0.0.1:9460, which nobody else can reach.
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,
    /// cos, or cdcs for data coffers [cos]
    ///
    /// Default: cos.
    #[arg(long, value_name = "SERVICE", hide_possible_values = true)]
    pub service: Option<ServiceChoice>,
    /// Speak the older edition of CDCS, in XML
    ///
    /// It goes with --service cdcs. Default: JSON, the newer edition.
    #[arg(long)]
    pub cdcs_xml: bool,
    /// Fault to suffer, can be repeated
    ///
    /// In the variable, spaces separate faults.
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// Buckets that exist [any]
    ///
    /// Commas separate them. Default: a bucket exists once it is used.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = Bucket::new)]
    pub buckets: Vec<Bucket>,
    /// Print results as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an IP address and a port, like 127.0.0.1:9460 or [::1]:0".to_owned())
}
