//! How often each fault strikes in a schedule.

/// The rate of each fault, in percent of calls.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FaultRates {
    /// Parts that take much longer than others.
    pub(super) slow_part: u32,
    pub(super) lost_request: u32,
    pub(super) lost_answer: u32,
    pub(super) late_effect: u32,
    pub(super) server_error: u32,
    pub(super) throttled: u32,
    pub(super) corrupted: u32,
    pub(super) no_crc64: u32,
    pub(super) lying_etag: u32,
    pub(super) vanishing_upload: u32,
    /// Copies that store other bytes.
    pub(super) lying_copy: u32,
    /// Copies before which another client replaces the object that they read.
    pub(super) replaced_source: u32,
    pub(super) denied: u32,
    /// Answers that refuse the time or the credentials of a signature.
    pub(super) unsigned: u32,
    pub(super) no_credentials: u32,
    /// Answers that do not confirm the encryption.
    pub(super) unconfirmed: u32,
    pub(super) crash: u32,
    pub(super) source_change: u32,
    pub(super) cancel: u32,
}

impl FaultRates {
    /// The same, with faults of copies.
    pub(super) fn with_copies(self, random: &mut fastrand::Rng) -> Self {
        let mut some = |most: u32| if random.bool() { random.u32(0..=most) } else { 0 };
        Self { lying_copy: some(10), replaced_source: some(10), ..self }
    }

    pub(super) fn of(random: &mut fastrand::Rng) -> Self {
        let mut some = |most: u32| if random.bool() { random.u32(0..=most) } else { 0 };
        Self {
            lost_request: some(20),
            lost_answer: some(20),
            late_effect: some(5),
            server_error: some(30),
            throttled: some(20),
            corrupted: some(10),
            no_crc64: some(50),
            lying_etag: some(3),
            vanishing_upload: some(2),
            denied: some(2),
            unsigned: some(10),
            no_credentials: some(1),
            unconfirmed: some(3),
            crash: some(5),
            source_change: some(2),
            cancel: some(1),
            // Those of `slow_parts` and `delta`.
            slow_part: 0,
            lying_copy: 0,
            replaced_source: 0,
        }
    }
}
