//! What an object is to be and how it is encrypted, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cos::encryption::KmsContext;
use crate::cos::headers::{Field, InvalidHeader, Metadata, Tag, check_value};

/// What an object is to be.
#[derive(Debug, Args)]
pub struct ObjectArguments {
    /// Type of the content [by its name]
    ///
    /// Default: what the extension of the key tells, or that of the file; else application/octet-stream.
    #[arg(long, value_name = "TYPE", value_parser = |text: &str| Field::ContentType.value(text))]
    pub content_type: Option<String>,
    /// How caches may keep it, like max-age=60
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::CacheControl.value(text))]
    pub cache_control: Option<String>,
    /// How browsers show it, like attachment
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::ContentDisposition.value(text))]
    pub content_disposition: Option<String>,
    /// How the file is encoded, like gzip
    ///
    /// It says what the file is; nothing is encoded for it.
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::ContentEncoding.value(text))]
    pub content_encoding: Option<String>,
    /// Language of the content, like zh-CN
    #[arg(long, hide_short_help = true, value_name = "VALUE", value_parser = |text: &str| Field::ContentLanguage.value(text))]
    pub content_language: Option<String>,
    /// Until when caches may keep it
    ///
    /// It is an HTTP date, or one like 2030-01-31T12:00:00Z.
    #[arg(long, hide_short_help = true, value_name = "DATE", value_parser = |text: &str| Field::Expires.value(text))]
    pub expires: Option<String>,
    /// Metadata, can be repeated
    ///
    /// A name has letters, digits and hyphens. What is not ASCII in a value is percent-encoded. All of it has at most
    /// 2KiB, names with x-cos-meta- included. In the variable, spaces separate.
    #[arg(long, value_name = "K=V", value_parser = Metadata::parse)]
    pub meta: Vec<Metadata>,
    /// Who may do what, like public-read
    ///
    /// One of default, private, public-read, authenticated-read, bucket-owner-read and bucket-owner-full-control.
    /// Default: as the bucket says.
    #[arg(long, value_name = "ACL", value_parser = |text: &str| Field::Acl.value(text))]
    pub acl: Option<String>,
    /// Who may read it, like id="100000000001"
    ///
    /// Commas separate several.
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantRead.value(text))]
    pub grant_read: Option<String>,
    /// Who may write it
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantWrite.value(text))]
    pub grant_write: Option<String>,
    /// Who may do everything with it
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantFullControl.value(text))]
    pub grant_full_control: Option<String>,
    /// Who may read who may do what
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantReadAcp.value(text))]
    pub grant_read_acp: Option<String>,
    /// Who may change who may do what
    #[arg(long, hide_short_help = true, value_name = "IDS", value_parser = |text: &str| Field::GrantWriteAcp.value(text))]
    pub grant_write_acp: Option<String>,
    /// STANDARD_IA, ARCHIVE and others
    ///
    /// One of STANDARD, STANDARD_IA, INTELLIGENT_TIERING, ARCHIVE, DEEP_ARCHIVE, and for buckets in several zones
    /// MAZ_STANDARD, MAZ_STANDARD_IA, MAZ_INTELLIGENT_TIERING, MAZ_ARCHIVE and MAZ_DEEP_ARCHIVE. Default: STANDARD.
    #[arg(long, value_name = "CLASS", value_parser = |text: &str| Field::StorageClass.value(text))]
    pub storage_class: Option<String>,
    /// Tag, can be repeated
    ///
    /// At most 10, with keys of at most 127 and values of at most 255 characters. In the variable, spaces separate.
    #[arg(long, hide_short_help = true, value_name = "K=V", value_parser = Tag::parse)]
    pub tag: Vec<Tag>,
    /// Refuse a key that is taken
    ///
    /// The server decides it, so nothing can come in between. It does not where the bucket keeps or ever kept versions.
    #[arg(long)]
    pub no_overwrite: bool,
}

/// How the server encrypts an object.
#[derive(Debug, Args)]
pub struct EncryptionArguments {
    /// AES256 or cos/kms [as the bucket says]
    ///
    /// AES256 takes keys of COS, cos/kms a key in KMS and https. Default: as the bucket says.
    #[arg(long, value_name = "MODE", hide_possible_values = true, conflicts_with = "sse_c_key_file")]
    pub sse: Option<SseMode>,
    /// Key in KMS [the one that COS makes]
    ///
    /// It goes with --sse cos/kms. Default: the one that COS makes.
    #[arg(long, hide_short_help = true, value_name = "ID", value_parser = parse_key_id)]
    pub sse_kms_key_id: Option<String>,
    /// What KMS is told besides, JSON
    ///
    /// It is a JSON object of strings and goes with --sse cos/kms.
    #[arg(long, hide_short_help = true, value_name = "JSON", value_parser = KmsContext::from_json)]
    pub sse_kms_context: Option<KmsContext>,
    /// The key of SSE-C.
    #[command(flatten)]
    pub customer: CustomerKeyArguments,
}

/// Where a key of one's own is.
#[derive(Debug, Args)]
pub struct CustomerKeyArguments {
    /// Key of your own, for SSE-C
    ///
    /// The file has 32 bytes, or their Base64. COSPUT_SSE_C_KEY can hold either instead. The server uses the key
    /// and forgets it: whoever loses it loses the object.
    #[arg(long, value_name = "FILE")]
    pub sse_c_key_file: Option<PathBuf>,
}

/// Whose keys encrypt an object, as typed.
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
