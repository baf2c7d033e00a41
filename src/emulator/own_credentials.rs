//! The credentials that an emulator accepts by default. They are published and protect nothing.

/// The secret ID that an emulator accepts by default.
pub const DEFAULT_SECRET_ID: &str = "AKIDcosputemulator";
/// The secret key that belongs to it. It is not a secret.
pub const DEFAULT_SECRET_KEY: &str = "cosput-emulator-secret";
/// The secret ID of the temporary credentials that `cosput emulator` accepts as well.
pub const TEMPORARY_SECRET_ID: &str = "AKIDcosputtemporary";
/// The secret key that belongs to it. It is not a secret.
pub const TEMPORARY_SECRET_KEY: &str = "cosput-temporary-secret";
/// The session token that belongs to it. It is not a secret.
pub const TEMPORARY_TOKEN: &str = "cosput-temporary-token";
