//! Which server answers, and who asks it, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::cos::Region;

/// Which server answers.
#[derive(Debug, Args)]
pub struct ServerArguments {
    /// Region, like ap-guangzhou
    ///
    /// It is where the bucket is. Needed unless --endpoint, --accelerate or --emulator is given.
    #[arg(long, value_name = "REGION", value_parser = Region::new)]
    pub region: Option<Region>,
    /// Address of the service, if not the region's
    ///
    /// An example is https://cos.ap-guangzhou.myqcloud.com. Default: the public address of the service in the region.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// cos, or cdcs for a data coffer [cos]
    ///
    /// With cdcs, 数据保险箱, --bucket names a coffer. Objects there are written once: an existing key is never replaced, and
    /// an unfinished upload keeps its key until it is resumed or aborted. There is no CRC-64 to compare, so the MD5 of
    /// each part is compared with its ETag; where ETags are not MD5s, --checksum md5 has the server compare. Default: cos.
    #[arg(long, value_name = "SERVICE", hide_possible_values = true)]
    pub service: Option<ServiceChoice>,
    /// Speak the older edition of CDCS, in XML
    ///
    /// Answers are understood in either edition. It goes with --service cdcs. Default: JSON, the newer edition.
    #[arg(long, hide_short_help = true)]
    pub cdcs_xml: bool,
    /// auto, virtual, path or cname [auto]
    ///
    /// It says how bucket and host go together. Default: auto, which is path for CDCS, IP addresses and localhost, else virtual.
    #[arg(long, hide_short_help = true, value_name = "STYLE", hide_possible_values = true)]
    pub addressing: Option<AddressingChoice>,
    /// Use the global acceleration domain
    ///
    /// It is cos.accelerate.myqcloud.com. Acceleration must be on for the bucket, and is charged.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["endpoint", "emulator"])]
    pub accelerate: bool,
    /// Use the domain inside Tencent Cloud
    ///
    /// It is cos-internal.REGION.tencentcos.cn, or cos-internal.accelerate.tencentcos.cn with --accelerate, and answers
    /// nobody outside Tencent Cloud.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["endpoint", "emulator"])]
    pub internal: bool,
    /// Use a server of its own, here
    ///
    /// A COS server runs on this machine for the time of the command, with its objects in DIR. Default directory: emulator, beside the directory of the journals.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    pub emulator: Option<EmulatorDirectory>,
}

/// Who asks, and what is trusted on the way.
#[derive(Debug, Clone, Args)]
pub struct AccessArguments {
    /// Who asks.
    #[command(flatten)]
    pub identity: IdentityArguments,
    /// Certificates to trust in addition
    ///
    /// A file of PEM certificates, trusted besides those of the system.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub ca_bundle: Option<PathBuf>,
    /// Never go to the backup domain
    ///
    /// Where a BUCKET.cos.REGION.myqcloud.com does not answer, or something else answers in its place, the last attempt
    /// and what follows it go to the same bucket at tencentcos.cn.
    #[arg(long, hide_short_help = true)]
    pub no_backup_domain: bool,
}

/// Who asks.
#[derive(Debug, Clone, Args)]
pub struct IdentityArguments {
    /// Profile of the configuration [default]
    ///
    /// It is a table of the configuration file. Its credentials are then asked for before all others. Default: default.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Configuration file
    ///
    /// TOML, a table a profile: any option's long name with _ for -, such as part_size = "32MiB", and secret_id,
    /// secret_key, session_token, expires or credential_process. What is typed comes first, then variables, then the
    /// file. Default: $XDG_CONFIG_HOME/cosput/config.toml or ~/.config/cosput/config.toml; on Windows
    /// %APPDATA%\cosput\config.toml.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub config: Option<PathBuf>,
}

/// Which service, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceChoice {
    /// Cloud Object Storage
    Cos,
    /// Cloud Data Coffer Service
    Cdcs,
}

/// How bucket and host go together, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddressingChoice {
    /// What fits the endpoint
    Auto,
    /// Bucket in front of the host
    Virtual,
    /// Bucket in front of the key
    Path,
    /// Domain bound to the bucket
    Cname,
}

/// `--emulator`, with or without a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmulatorDirectory {
    /// `--emulator` alone.
    Usual,
    /// `--emulator=DIR`.
    Named(PathBuf),
}

impl From<OsString> for EmulatorDirectory {
    fn from(typed: OsString) -> Self {
        if typed.is_empty() { Self::Usual } else { Self::Named(typed.into()) }
    }
}
