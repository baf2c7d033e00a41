//! A stream whose parts grow, through the engine: compares every byte that was sent, at any part size.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::support::engine::{direct, run_one, session};
use crate::support::{BUCKET, MIB, Noise, SECRET_ID, SECRET_KEY, SESSION_TOKEN, Server, assert_noise};
use cosput::cos::multipart::PartNumber;
use cosput::cos::{Address, Addressing, Bucket, Credentials, Edition, Endpoint, Key, Service, Target};
use cosput::emulator::Operation;
use cosput::upload::batch::concurrency::Concurrency;
use cosput::upload::journal::header::Header;
use cosput::upload::plan::part_sizes::PartSizes;
use cosput::upload::session::Session;
use cosput::upload::source::stream_buffer::{Expectations, StreamBuffer};
use cosput::upload::source::{Identity, Source, Stream};
use cosput::upload::{Finished, Plan};

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
    let no_file = Identity { size: 0, modified: UNIX_EPOCH, inode: None };
    let source = Source::Stream(Stream::new(io::BufReader::with_capacity(1 << 20, Noise::new(size))));
    let header = Header::new(&target, "e", "-", no_file, plan.part_size());
    let session = Session {
        intake: Some(Box::new(StreamBuffer::cut_by(plan, 0, memory, Expectations::default()))),
        ..session(header, source, target, plan)
    };
    let credentials = Credentials::new(SECRET_ID, SECRET_KEY, Some(SESSION_TOKEN)).unwrap();
    let transport = direct(Service::Cos, credentials);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run_one(session, Concurrency::Auto, Arc::new(transport))).0
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
