//! The options of headers with one value: one row for each [`Field`].

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::cos::headers::Field;

/// One option.
struct Row {
    long: &'static str,
    value_name: &'static str,
    help: &'static str,
    /// The rest of the long help.
    details: &'static str,
    /// Whether `-h` shows the option.
    in_short_help: bool,
}

/// The row of a field. The compiler refuses a field without one.
fn row(field: Field) -> Row {
    let row = |long, value_name, help, details| Row { long, value_name, help, details, in_short_help: false };
    let grant =
        |long, help| row(long, "IDS", help, "A comma-separated list of accounts. Example: id=\"100000000001\".");
    match field {
        Field::ContentType => Row {
            in_short_help: true,
            ..row(
                "content-type",
                "TYPE",
                "Content-Type header [by extension]",
                "Default: the type of the key's extension, or of the file's, or application/octet-stream. Example: \
                 text/html; charset=utf-8.",
            )
        },
        Field::CacheControl => row(
            "cache-control",
            "VALUE",
            "Cache-Control header, like max-age=60",
            "How long browsers and CDNs may cache the object. Default: no header.",
        ),
        Field::ContentDisposition => row(
            "content-disposition",
            "VALUE",
            "Content-Disposition header, like attachment",
            "Whether browsers show or save the object, and under which name. A file name beyond ASCII is sent \
             as filename*. Default: no header. Example: attachment; filename=\"报告.pdf\".",
        ),
        Field::ContentEncoding => row(
            "content-encoding",
            "VALUE",
            "Content-Encoding header, like gzip",
            "Declares how the file is already encoded; cosput does not encode it. Default: no header.",
        ),
        Field::ContentLanguage => row(
            "content-language",
            "VALUE",
            "Content-Language header, like zh-CN",
            "The language of the content. Default: no header.",
        ),
        Field::Expires => row(
            "expires",
            "DATE",
            "Expires header: end of caching",
            "An HTTP date, or one like 2030-01-31T12:00:00Z. Default: no header.",
        ),
        Field::Acl => Row {
            in_short_help: true,
            ..row(
                "acl",
                "ACL",
                "Access control list, like public-read",
                "One of default, private, public-read, authenticated-read, bucket-owner-read and \
                 bucket-owner-full-control. Default: default, the ACL of the bucket.",
            )
        },
        Field::GrantRead => grant("grant-read", "Accounts that may read the object"),
        Field::GrantWrite => grant("grant-write", "Accounts that may write the object"),
        Field::GrantFullControl => grant("grant-full-control", "Accounts with all permissions on the object"),
        Field::GrantReadAcp => grant("grant-read-acp", "Accounts that may read the object's ACL"),
        Field::GrantWriteAcp => grant("grant-write-acp", "Accounts that may change the object's ACL"),
        Field::StorageClass => Row {
            in_short_help: true,
            ..row(
                "storage-class",
                "CLASS",
                "Storage class [STANDARD]",
                "One of STANDARD, STANDARD_IA, INTELLIGENT_TIERING, ARCHIVE, DEEP_ARCHIVE, and in multi-AZ buckets \
                 MAZ_STANDARD, MAZ_STANDARD_IA, MAZ_INTELLIGENT_TIERING, MAZ_ARCHIVE and MAZ_DEEP_ARCHIVE. Default: \
                 STANDARD.",
            )
        },
        Field::WebsiteRedirectLocation => row(
            "website-redirect-location",
            "TARGET",
            "Redirect for visitors of a static website",
            "A path in the same bucket that begins with /, or a URL that begins with http:// or https://, of up to 2KiB. \
             Default: no redirect. Example: /new.html.",
        ),
    }
}

/// The options of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldArguments(pub Vec<(Field, String)>);

/// The option of a field, like `--cache-control`.
pub fn option_of(field: Field) -> String {
    format!("--{}", row(field).long)
}

impl Args for FieldArguments {
    fn augment_args(command: Command) -> Command {
        command.args(Field::ALL.map(|field| {
            let Row { long, value_name, help, details, in_short_help } = row(field);
            Arg::new(long)
                .long(long)
                .value_name(value_name)
                .help(help)
                .long_help(format!("{help}\n\n{details}"))
                .hide_short_help(!in_short_help)
                .value_parser(move |text: &str| field.value(text))
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FieldArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let value = |field: Field| Some((field, matches.get_one::<String>(row(field).long)?.clone()));
        Ok(Self(Field::ALL.into_iter().filter_map(value).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
