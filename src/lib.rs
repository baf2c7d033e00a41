//! cosput uploads files to Tencent Cloud COS and CDCS: verified, resumable, in bounded memory.

pub mod cli;
pub mod cos;
pub mod credentials;
pub mod emulator;
pub mod upload;
