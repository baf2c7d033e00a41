//! The encryption of an object, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cos::encryption::KmsContext;
use crate::cos::headers::{InvalidHeader, check_value};

/// The encryption of an object.
#[derive(Debug, Args)]
pub struct EncryptionArguments {
    /// Server-side encryption: AES256 or cos/kms
    ///
    /// AES256 uses keys of COS (SSE-COS). cos/kms uses a key in KMS, and needs https (SSE-KMS). Default: as the bucket
    /// is configured.
    #[arg(long, value_name = "MODE", hide_possible_values = true, conflicts_with = "sse_c_key_file")]
    pub sse: Option<SseMode>,
    /// ID of the KMS key
    ///
    /// Requires --sse cos/kms. Default: the key that COS creates.
    #[arg(long, hide_short_help = true, value_name = "ID", value_parser = parse_key_id)]
    pub sse_kms_key_id: Option<String>,
    /// KMS encryption context, as a JSON object
    ///
    /// An object whose values are strings. Requires --sse cos/kms. Example: {"team":"web"}.
    #[arg(long, hide_short_help = true, value_name = "JSON", value_parser = KmsContext::from_json)]
    pub sse_kms_context: Option<KmsContext>,
    /// The SSE-C key.
    #[command(flatten)]
    pub customer: CustomerKeyArguments,
}

/// The file of an SSE-C key.
#[derive(Debug, Args)]
pub struct CustomerKeyArguments {
    /// File with your own encryption key (SSE-C)
    ///
    /// The file has 32 bytes, or their Base64. The variable COSPUT_SSE_C_KEY can hold the key instead. The server does
    /// not store the key: if you lose it, the object cannot be read.
    #[arg(long, value_name = "FILE")]
    pub sse_c_key_file: Option<PathBuf>,
}

/// The encryption mode, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SseMode {
    /// Keys of COS
    #[value(name = "AES256")]
    Cos,
    /// A key in KMS
    #[value(name = "cos/kms")]
    Kms,
}

fn parse_key_id(text: &str) -> Result<String, InvalidHeader> {
    check_value(text).map(|()| text.to_owned())
}
