//! Answers, and the documents in them.
//!
//! | file | content |
//! | --- | --- |
//! | `refusal` | error answers: status, code, message |
//! | `response` | an answer: status, headers, body |
//! | `tree` | a document under construction, written as XML or JSON |
//! | `document` | the documents of COS |
//! | `cdcs_document` | the documents of CDCS, if they differ |
//! | `complete_body` | the body of the answer to Complete |

pub(crate) mod cdcs_document;
pub(crate) mod complete_body;
pub(crate) mod document;
pub(crate) mod refusal;
pub(crate) mod response;
mod tree;
