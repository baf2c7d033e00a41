//! The server and the credentials, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum, ValueHint};

use crate::cos::Region;

/// The server.
#[derive(Debug, Args)]
pub struct ServerArguments {
    /// Region of the bucket, like ap-guangzhou
    ///
    /// Required unless --endpoint, --accelerate or --emulator is given.
    #[arg(long, value_name = "REGION", value_parser = Region::new)]
    pub region: Option<Region>,
    /// URL of the server, if not the region's
    ///
    /// Default: the public domain of the service in the region. Example: https://cos.ap-guangzhou.myqcloud.com.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Service: cos, or cdcs for data coffers [cos]
    ///
    /// With cdcs (数据保险箱), --bucket names a coffer. Objects are written once: an existing key is never replaced, and an
    /// unfinished upload blocks its key until it is resumed or aborted. CDCS has no CRC-64, so cosput compares the MD5
    /// of each part with its ETag; if ETags are no MD5s, use --checksum md5 to make the server compare. Default: cos.
    #[arg(long, value_name = "SERVICE", hide_possible_values = true)]
    pub service: Option<ServiceChoice>,
    /// Use the older XML edition of CDCS
    ///
    /// Requires --service cdcs. Answers are understood in both editions. Default: JSON, the newer edition.
    #[arg(long, hide_short_help = true)]
    pub cdcs_xml: bool,
    /// Bucket in URLs: auto, virtual, path or cname [auto]
    ///
    /// virtual puts the bucket before the host, path before the key, and cname is a domain bound to the bucket.
    /// Default: auto, which is path for CDCS, IP addresses and localhost, and virtual otherwise.
    #[arg(long, hide_short_help = true, value_name = "STYLE", hide_possible_values = true)]
    pub addressing: Option<AddressingChoice>,
    /// Use the global acceleration domain
    ///
    /// Requests go to cos.accelerate.myqcloud.com. Acceleration must be enabled for the bucket, and is charged.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["endpoint", "emulator"])]
    pub accelerate: bool,
    /// Use the internal domain of Tencent Cloud
    ///
    /// Requests go to cos-internal.REGION.tencentcos.cn, or with --accelerate to cos-internal.accelerate.tencentcos.cn.
    /// These domains can only be reached from inside Tencent Cloud.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["endpoint", "emulator"])]
    pub internal: bool,
    /// Upload to a built-in emulator on this machine
    ///
    /// The emulator runs as long as the command, and keeps the objects in DIR. Default directory: emulator, beside the
    /// directory of the journals. Example: --emulator=/tmp/objects.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(value_hint = ValueHint::DirPath)]
    #[arg(value_parser = OsStringValueParser::new().map(EmulatorDirectory::from), conflicts_with = "endpoint")]
    pub emulator: Option<EmulatorDirectory>,
}

/// The credentials, and the certificates to trust.
#[derive(Debug, Clone, Args)]
pub struct AccessArguments {
    /// The credentials.
    #[command(flatten)]
    pub identity: IdentityArguments,
    /// CA certificates to trust in addition
    ///
    /// A file of certificates in PEM format, for example of a company's proxy. Default: the certificates of the system
    /// only.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub ca_bundle: Option<PathBuf>,
    /// Never use the backup domain
    ///
    /// If BUCKET.cos.REGION.myqcloud.com does not answer, or another server answers in its place, cosput sends the last
    /// attempt and all further requests to the same bucket at tencentcos.cn. This option turns that off.
    #[arg(long, hide_short_help = true)]
    pub no_backup_domain: bool,
}

/// The credentials.
#[derive(Debug, Clone, Args)]
pub struct IdentityArguments {
    /// Profile of the configuration file [default]
    ///
    /// A profile is a table of the file. If you name one, its credentials come before all others. Default: default.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Configuration file
    ///
    /// TOML, one table for each profile. Keys are the long names of options with _ for -, such as part_size = "32MiB",
    /// and those of credentials: secret_id, secret_key, session_token, expires, credential_process; for a role role_arn,
    /// role_session_name, role_duration, external_id; for an OIDC token provider_id, web_identity_token_file,
    /// oidc_audience. The command line comes first, then variables, then this file. Default:
    /// $XDG_CONFIG_HOME/cosput/config.toml or ~/.config/cosput/config.toml; on Windows %APPDATA%\cosput\config.toml.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub config: Option<PathBuf>,
}

/// The service, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceChoice {
    /// Cloud Object Storage
    Cos,
    /// Cloud Data Coffer Service
    Cdcs,
}

/// The place of the bucket in a URL, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddressingChoice {
    /// The style that fits the endpoint
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
