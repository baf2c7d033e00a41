//! The fields: headers with one value. Each is one row, of its variant, its name and the reader of its values.

use super::disposition::content_disposition;
use super::invalid_header::{InvalidHeader, check_value};
use super::value::{acl, content_type, expires, grant, redirect_location, storage_class, text};

/// Defines [`Field`] from its rows.
macro_rules! fields {
    ($($variant:ident, $name:literal, $reader:path;)+) => {
        /// A header with one value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`.")] $variant,)+
        }

        impl Field {
            /// Every field.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Reads a value as people write it, into the form that is sent.
            pub fn value(self, typed: &str) -> Result<String, InvalidHeader> {
                check_value(typed)?;
                match self {
                    $(Self::$variant => $reader(typed),)+
                }
            }
        }
    };
}

fields! {
    ContentType, "Content-Type", content_type;
    CacheControl, "Cache-Control", text;
    ContentDisposition, "Content-Disposition", content_disposition;
    ContentEncoding, "Content-Encoding", text;
    ContentLanguage, "Content-Language", text;
    Expires, "Expires", expires;
    Acl, "x-cos-acl", acl;
    GrantRead, "x-cos-grant-read", grant;
    GrantWrite, "x-cos-grant-write", grant;
    GrantFullControl, "x-cos-grant-full-control", grant;
    GrantReadAcp, "x-cos-grant-read-acp", grant;
    GrantWriteAcp, "x-cos-grant-write-acp", grant;
    StorageClass, "x-cos-storage-class", storage_class;
    WebsiteRedirectLocation, "x-cos-website-redirect-location", redirect_location;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let table = [
            (Field::ContentType, "text/html; charset=utf-8", "text/html; charset=utf-8"),
            (Field::CacheControl, "max-age=60", "max-age=60"),
            (
                Field::ContentDisposition,
                "attachment; filename=\"报告.pdf\"",
                "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf",
            ),
            (Field::Expires, "Wed, 25 Mar 2020 10:07:14 GMT", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25T10:07:14Z", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25 18:07:14+08:00", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Expires, "2020-03-25T05:37:14.5-04:30", "Wed, 25 Mar 2020 10:07:14 GMT"),
            (Field::Acl, "Public-Read", "public-read"),
            (Field::StorageClass, "Standard_IA", "STANDARD_IA"),
            (Field::GrantRead, "id=\"1\", id=\"qcs::cam::uin/1:uin/2\"", "id=\"1\", id=\"qcs::cam::uin/1:uin/2\""),
        ];
        for (field, text, sent) in table {
            assert_eq!(field.value(text).as_deref(), Ok(sent), "{field:?}");
        }
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        for field in Field::ALL {
            for bad in ["", "  ", "a\r\nb", "a\u{0}", " a", "a\t"] {
                assert!(field.value(bad).is_err(), "{field:?} {bad:?}");
            }
        }
        let table = [
            (Field::ContentType, "html"),
            (Field::ContentType, "text/"),
            (Field::ContentType, "a b/c"),
            (Field::Expires, "0"),
            (Field::Expires, "tomorrow"),
            (Field::Expires, "2020-13-01T00:00:00Z"),
            (Field::Expires, "2020-03-25T10:07:14"),
            (Field::Acl, "public-read-write"),
            (Field::StorageClass, "CHEAP"),
            (Field::GrantRead, "100000000001"),
            (Field::WebsiteRedirectLocation, "elsewhere.html"),
            (Field::GrantRead, "id=\"1\","),
        ];
        for (field, bad) in table {
            assert!(field.value(bad).unwrap_err().to_string().starts_with("expected "), "{field:?} {bad:?}");
        }
    }

    #[test]
    fn a_value_beyond_ascii_is_refused_with_its_position() {
        for field in Field::ALL.into_iter().filter(|field| !matches!(field, Field::Acl | Field::StorageClass)) {
            let refused = field.value("ab é").unwrap_err().to_string();
            assert_eq!(refused, "the character 'é' at position 4 is not ASCII, as headers are", "{field:?}");
        }
    }

    #[test]
    fn a_value_that_is_sent_reads_as_itself() {
        for (field, text) in [(Field::ContentDisposition, "attachment; filename=报告.pdf"), (Field::Acl, "Private")] {
            let sent = field.value(text).unwrap();
            assert_eq!(field.value(&sent).as_ref(), Ok(&sent));
        }
    }
}
