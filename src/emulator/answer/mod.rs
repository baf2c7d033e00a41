//! Answers, and the documents in them.
//!
//! | file | content |
//! | --- | --- |
//! | `response` | an answer: status, headers, body |
//! | `tree` | a document under construction, written as XML or JSON |
//! | `document` | the documents of COS |
//! | `cdcs_document` | the documents of CDCS, if they differ |
//! | `acl_document` | access control lists |
//! | `cdcs_refusal` | what CDCS refuses, and its statuses and codes |

pub(crate) mod acl_document;
pub(crate) mod cdcs_document;
mod cdcs_refusal;
pub(crate) mod document;
pub(crate) mod response;
mod tree;
