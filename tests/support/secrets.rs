//! The secrets that a scene gives to the program, and the check that no text shows one of them.

pub(crate) const SECRET_ID: &str = "AKIDexampleexample";
pub(crate) const SECRET_KEY: &str = "NeverShowThisSecretKey";
pub(crate) const SESSION_TOKEN: &str = "NeverShowThisSessionToken";
/// A key for SSE-C, as it is and in Base64.
pub(crate) const CUSTOMER_KEY: [&str; 2] =
    ["NeverShowThisCustomerKeyOf32Byte", "TmV2ZXJTaG93VGhpc0N1c3RvbWVyS2V5T2YzMkJ5dGU="];

/// Asserts that a text has neither key nor token nor signature.
#[track_caller]
pub(crate) fn assert_no_secret(place: &str, text: &str) {
    let [raw, base64] = CUSTOMER_KEY;
    for secret in [SECRET_KEY, SESSION_TOKEN, raw, base64, "q-signature", "q-sign-algorithm"] {
        assert!(!text.contains(secret), "{place} has {secret}: {text}");
    }
}
