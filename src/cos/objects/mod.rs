//! The operations on objects, each with its request and how its answer is read.
//!
//! - `put_object`: PUT Object, an object in one request
//! - `head_object`: HEAD Object, which returns the properties of an object
//! - `get_object`: GET Object
//! - `list_objects`: GET Bucket, the objects below a prefix
//! - `delete_object`: DELETE Object

pub mod delete_object;
pub mod get_object;
pub mod head_object;
pub mod list_objects;
pub mod put_object;
