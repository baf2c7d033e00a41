//! A COS on loopback.
