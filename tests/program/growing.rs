//! A stream whose parts grow, through the engine: compares every byte that was sent, at any part size.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::support::{BUCKET, MIB, SECRET_ID, SECRET_KEY, SESSION_TOKEN, Server};
use cosput::cos::multipart::PartNumber;
use cosput::cos::{Address, Addressing, Bucket, Credentials, Edition, Endpoint, Key, Service, Target};
use cosput::emulator::Operation;
use cosput::upload::batch::objects::ObjectId;
use cosput::upload::batch::window::Concurrency;
use cosput::upload::driver::{Stop, Work, drive};
use cosput::upload::journal::header::Header;
use cosput::upload::machine::Settings;
use cosput::upload::observer::Observer;
use cosput::upload::patience::Patience;
use cosput::upload::plan::part_sizes::PartSizes;
use cosput::upload::session::{Ended, Goal, JournalLocation, Refused, Session};
use cosput::upload::source::stream_buffer::{Expectations, StreamBuffer};
use cosput::upload::source::{Identity, Source, Stream};
use cosput::upload::wire::http::{Http, Limits};
use cosput::upload::{Event, Finished, Job, ObjectOptions, Plan};
use tokio::sync::{mpsc, watch};

/// Observes how the upload ends.
#[derive(Default)]
struct Ear(Option<Finished>);

impl Observer<()> for Ear {
    fn news(&mut self, _what: ()) {}

    fn begins(&mut self, _object: ObjectId, _session: &Session) {}

    fn event(&mut self, _object: ObjectId, _event: Event) {}

    fn ends(&mut self, _object: ObjectId, ended: Result<Ended, Refused>) {
        self.0 = Some(ended.unwrap().finished);
    }
}

/// This many bytes without a pattern, made as they are read, 8 at a time.
struct Noise {
    random: fastrand::Rng,
    left: u64,
}

impl Noise {
    fn new(size: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(11), left: size }
    }
}

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len() / 8 * 8);
        self.random.fill(&mut buffer[..wanted]);
        self.left -= wanted as u64;
        Ok(wanted)
    }
}

/// Uploads a stream of `size` bytes, split in this way.
fn upload(server: &Server, size: u64, cut: PartSizes, memory: u64) -> Finished {
    let address = Address {
        service: Service::Cos,
        edition: Edition::default(),
        endpoint: Endpoint::parse(&server.url()).unwrap(),
        addressing: Addressing::Path,
        bucket: Bucket::new(BUCKET).unwrap(),
    };
    let target = Target { address, key: Key::new("k").unwrap() };
    let plan = Plan::Stream(cut);
    let nobody = Identity { size: 0, modified: UNIX_EPOCH, inode: None };
    let source = Source::Stream(Stream::new(io::BufReader::with_capacity(1 << 20, Noise::new(size))));
    let session = Session {
        header: Header::new(&target, "e", "-", nobody, plan.part_size()),
        job: Job { source, target, object: ObjectOptions::default() },
        plan,
        intake: Some(StreamBuffer::cut_by(plan, 0, memory, Expectations::default())),
        settings: Settings { patience: Patience::default(), abort_on_failure: false, ..Settings::default() },
        location: JournalLocation::NotNeeded,
        resume: false,
        upload_id: None,
        unless: None,
        share: None,
        goal: Goal::Complete,
        seed: 1,
    };
    let credentials = Credentials::new(SECRET_ID, SECRET_KEY, Some(SESSION_TOKEN)).unwrap();
    let limits = Limits { connect: Duration::from_secs(10), stall: Duration::from_secs(60) };
    let transport = Http::new(Service::Cos, Arc::new(credentials), crate::support::emulator::clock, limits).unwrap();
    let (_stop, stopping) = watch::channel(Stop::No);
    let (offer, offers) = mpsc::channel(1);
    assert!(offer.try_send(vec![Work::Upload(Box::new(session))]).is_ok());
    drop(offer);
    let mut ear = Ear::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(drive(offers, Concurrency::Auto, Arc::new(transport), stopping, &mut ear));
    ear.0.unwrap()
}

/// Asserts that the object is the noise, byte by byte.
fn assert_noise(object: impl Read, size: u64) {
    let mut object = io::BufReader::with_capacity(1 << 20, object);
    let mut expected = Noise::new(size);
    let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = expected.read(&mut left).unwrap();
        object.read_exact(&mut right[..read]).unwrap();
        assert!(left[..read] == right[..read], "the object is not what was sent");
        if read == 0 {
            assert_eq!(object.read(&mut right).unwrap(), 0);
            return;
        }
    }
}

/// Uploads this many bytes and asserts that they arrive complete, in parts of these sizes.
fn arrives(size: u64, cut: PartSizes, memory: u64) {
    let server = Server::start(&["reset-in-body:skip=7,after=300000,times=3", "internal-error:skip=20,times=3"]);
    let finished = upload(&server, size, cut, memory);
    let Finished::Stored(object) = finished else { panic!("{finished:?}") };
    let parts = cut.count(size);
    assert_eq!((object.size, u64::from(object.parts_sent)), (size, parts));
    let mut stored = server.requests(Operation::UploadPart);
    stored.retain(|request| request.stored);
    let mut largest = 0;
    for part in stored {
        let number = PartNumber::new(u16::try_from(part.part_number.unwrap()).unwrap()).unwrap();
        assert!(part.bytes == cut.range(number).length || u64::from(number.value()) == parts, "{part:?}");
        largest = largest.max(part.bytes);
    }
    assert_eq!(largest, cut.largest(), "no part has grown to its full size");
    assert_noise(File::open(server.object("k").unwrap()).unwrap(), size);
}

#[test]
fn a_stream_whose_parts_grow_arrives_whole() {
    // 20 parts of 1 MiB, 20 of 2 MiB, 20 of 4 MiB, the rest of 8 MiB.
    arrives(200 * MIB + 12_345, PartSizes::doubling(MIB, 8 * MIB, 20), 32 * MIB);
}

/// `cargo test --release --test program growing:: -- --ignored`
#[test]
#[ignore = "it writes 10 GiB"]
fn five_gibibytes_whose_parts_grow_arrive_whole() {
    arrives(5 << 30, PartSizes::doubling(MIB, 64 * MIB, 25), 256 * MIB);
}
