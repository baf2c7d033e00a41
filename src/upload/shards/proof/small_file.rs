//! A small file: whether the object is what its receipts say.

use super::completion::{Finish, Proved, not_shown};
use super::evidence::{Evidence, Listed, Trouble};
use crate::cos::objects::head_object::Object;
use crate::upload::shards::files::PlannedFile;

/// Compares the object of a file that was sent as a whole with its receipts.
pub fn judge(file: &PlannedFile, evidence: &Evidence, object: Option<Object>) -> Finish {
    let Some(object) = object else { return Finish::NotProved(troubles(file, evidence, None)) };
    let Some(expected) = evidence.crc64(file) else {
        return Finish::NotProved(troubles(file, evidence, Some(&object)));
    };
    match object.crc64 {
        None => Finish::Unknown(not_shown()),
        Some(found) if found != expected || object.size != Some(file.size) => Finish::Differs { expected, found },
        Some(crc64) => Finish::Proved(Proved {
            crc64,
            etag: object.etag.unwrap_or_default(),
            version_id: object.version_id,
            request_id: object.request_id,
            was_there: true,
        }),
    }
}

fn troubles(file: &PlannedFile, evidence: &Evidence, object: Option<&Object>) -> Vec<Trouble> {
    let listed = object.map(|object| Listed {
        part: None,
        size: object.size.unwrap_or_default(),
        etag: object.etag.clone().unwrap_or_default().into(),
    });
    let listed: Vec<Listed> = listed.into_iter().collect();
    evidence.prove(file, &listed).err().unwrap_or_else(|| vec![Trouble::NoReceipt(None)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upload::shards::files::tests::small;
    use crate::upload::shards::receipts::receipt::Receipt;
    use crate::upload::shards::receipts::receipt::tests::receipt;

    const SIZE: u64 = 250;

    fn object(crc64: Option<u64>) -> Option<Object> {
        let etag = Some("\"whatever\"".to_owned());
        Some(Object { size: Some(SIZE), crc64, etag, modified: None, version_id: None, request_id: None })
    }

    fn judged(crc64s: &[u64], object: Option<Object>) -> Finish {
        let (file, mut evidence) = (small("k", SIZE), Evidence::default());
        for (crc64, host) in crc64s.iter().zip(["a", "b"]) {
            evidence.add(&file, &Receipt { size: SIZE, ..receipt(0, None, *crc64, host) });
        }
        judge(&file, &evidence, object)
    }

    #[test]
    fn an_object_is_proved_by_the_crc64_of_its_receipt() {
        assert!(matches!(judged(&[5], object(Some(5))), Finish::Proved(Proved { crc64: 5, .. })));
        assert!(matches!(judged(&[5, 5], object(Some(5))), Finish::Proved(_)));
        assert_eq!(judged(&[5], object(Some(6))), Finish::Differs { expected: 5, found: 6 });
        assert!(matches!(judged(&[5], object(None)), Finish::Unknown(_)));
        let short = object(Some(5)).map(|object| Object { size: Some(SIZE - 1), ..object });
        assert!(matches!(judged(&[5], short), Finish::Differs { .. }));
    }

    #[test]
    fn what_is_missing_or_contradicts_itself_is_not_proved() {
        assert_eq!(judged(&[5], None), Finish::NotProved(vec![Trouble::Missing(None)]));
        assert_eq!(judged(&[], object(Some(5))), Finish::NotProved(vec![Trouble::NoReceipt(None)]));
        let Finish::NotProved(troubles) = judged(&[5, 6], object(Some(5))) else { panic!("it is not proved") };
        assert!(matches!(&troubles[..], [Trouble::Different { .. }]), "{troubles:?}");
    }
}
