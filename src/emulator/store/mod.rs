//! The buckets, objects and uploads of the emulator, on disk.
//!
//! ```text
//! DIR/lock                                       locked by the emulator that uses DIR
//! DIR/<bucket>/files/<key>                       exactly the object's bytes
//! DIR/<bucket>/objects/<id>/object.json          its key, headers and checksums
//! DIR/<bucket>/objects/<id>/<last part of key>   the bytes, if the file system cannot hold the key as a path
//! DIR/<bucket>/versioning                        if the bucket keeps versions, each of which is one of the objects
//! DIR/<bucket>/uploads/<upload ID>/upload.json   an unfinished upload
//! DIR/<bucket>/uploads/<upload ID>/00007.<etag>.<crc64>.<size>
//! ```
//!
//! A rename commits an object, an upload or a part; the next start removes files that were not renamed. The bytes of a
//! committed object then move to the name of its key. The index is in
//! memory and rebuilt from the files. Nothing is flushed: the store survives the end of the process, but not a power
//! failure. Bytes are stored unchanged, whatever encryption was requested.
//!
//! | file | content |
//! | --- | --- |
//! | `directory` | [`Store`]: the directory, its lock and its buckets |
//! | `index` | the index in memory |
//! | `model` | objects, uploads and parts, and their JSON |
//! | `listed` | the entries of lists |
//! | `object` | PUT, GET and DELETE of objects |
//! | `named` | the bytes of an object under the name of its key |
//! | `versions` | versions and delete markers |
//! | `upload` | unfinished uploads and their parts |
//! | `merge` | Complete |
//! | `draft` | a file that is being received |
//! | `sparse` | files whose runs of zeros stay holes |
//! | `scan` | the index, rebuilt at start |

mod directory;
mod draft;
mod index;
mod listed;
mod merge;
mod model;
mod named;
mod object;
mod scan;
pub(crate) mod sparse;
mod upload;
mod versions;

pub(crate) use self::directory::Store;
pub(crate) use self::draft::Draft;
pub(crate) use self::listed::{ListedBucket, ListedObject, ListedUpload, PartPage};
pub(crate) use self::merge::Merge;
pub(crate) use self::model::Object;
