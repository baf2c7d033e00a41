//! How much of a file has to be sent if an older version of it is on the server: with blocks of a fixed size, and with
//! cuts that the content decides. `benchmark cuts OLD NEW` prints a line for each way to cut.
//!
//! Every way keeps to COS's limits: a copy has at least 1 MiB, and so has a part that is sent. If less than that changed,
//! the part takes in bytes around it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// A copy or a part has at least this many bytes.
const LEAST: usize = MIB;

type Hash = [u8; 32];

/// A piece of a file: where it begins, its length and its hash.
#[derive(Clone, Copy)]
struct Piece {
    begin: usize,
    length: usize,
    hash: Hash,
}

impl Piece {
    fn end(&self) -> usize {
        self.begin + self.length
    }
}

/// Cuts chosen by content: the smallest, average and largest length of a block.
#[derive(Clone, Copy)]
struct Lengths {
    least: usize,
    usual: usize,
    most: usize,
}

/// Prints what each way of cutting would send of `new`.
pub(crate) fn run(old: &Path, new: &Path) -> io::Result<()> {
    let (old, new) = (fs::read(old)?, fs::read(new)?);
    println!("{} MiB, before {} MiB", new.len() / MIB, old.len() / MIB);
    let fixed = |bytes: &[u8]| cut(bytes, |rest| rest.len().min(MIB));
    report("1 MiB, at the same place", &new, || {
        let (old, new) = (fixed(&old), fixed(&new));
        let same = |(old, new): (&Piece, &Piece)| (old.hash == new.hash).then_some(old.begin);
        let mut places: Vec<_> = old.iter().zip(&new).map(same).collect();
        places.resize(new.len(), None);
        (new, places)
    });
    let table = gear_table();
    for (name, lengths) in [
        ("by content, 1 to 8 MiB, usually 2", Lengths { least: MIB, usual: 2 * MIB, most: 8 * MIB }),
        ("by content, 256 KiB to 2 MiB", Lengths { least: 256 * KIB, usual: 512 * KIB, most: 2 * MIB }),
        ("by content, 16 to 256 KiB", Lengths { least: 16 * KIB, usual: 64 * KIB, most: 256 * KIB }),
    ] {
        report(name, &new, || {
            let by_content = |bytes: &[u8]| cut(bytes, |rest| end_by_content(rest, lengths, &table));
            let (old, new) = (by_content(&old), by_content(&new));
            let places = places_in_order(&new, &old);
            (new, places)
        });
    }
    Ok(())
}

fn report(name: &str, new: &[u8], find: impl FnOnce() -> (Vec<Piece>, Vec<Option<usize>>)) {
    let began = Instant::now();
    let (pieces, places) = find();
    let time = began.elapsed().as_secs_f64();
    let (sent, parts) = sent(&pieces, &places, new.len());
    println!(
        "  {name:<36} sends {:>8.1} MiB, {:>5.1} %, {parts:>6} parts, {:>7} pieces, {time:.2} s",
        sent as f64 / MIB as f64,
        100.0 * sent as f64 / new.len() as f64,
        pieces.len()
    );
}

fn cut(bytes: &[u8], length: impl Fn(&[u8]) -> usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    while begin < bytes.len() {
        let length = length(&bytes[begin..]);
        let hash = *blake3::hash(&bytes[begin..begin + length]).as_bytes();
        pieces.push(Piece { begin, length, hash });
        begin += length;
    }
    pieces
}

/// A random number for each byte: the hash of the last 64 bytes is a sum of shifted ones.
fn gear_table() -> [u64; 256] {
    let mut random = fastrand::Rng::with_seed(1);
    std::array::from_fn(|_| random.u64(..))
}

/// The length of the first piece: it ends at the first place after the smallest length whose hash has enough zeros.
fn end_by_content(rest: &[u8], lengths: Lengths, table: &[u64; 256]) -> usize {
    let most = rest.len().min(lengths.most);
    let zeros = (lengths.usual - lengths.least).next_power_of_two().trailing_zeros();
    let mask = !0 << (64 - zeros);
    let mut hash: u64 = 0;
    for index in lengths.least.saturating_sub(64)..most {
        hash = (hash << 1).wrapping_add(table[usize::from(rest[index])]);
        if index + 1 >= lengths.least && hash & mask == 0 {
            return index + 1;
        }
    }
    most
}

/// Where each piece is in the old file. Of equal pieces the one that follows the piece before is preferred, so that
/// neighbours are copied together, then the one at the same place, then the first.
fn places_in_order(new: &[Piece], old: &[Piece]) -> Vec<Option<usize>> {
    let at: HashMap<usize, Hash> = old.iter().map(|piece| (piece.begin, piece.hash)).collect();
    let known: HashMap<Hash, usize> = old.iter().rev().map(|piece| (piece.hash, piece.begin)).collect();
    let mut next = None;
    let mut places = Vec::with_capacity(new.len());
    for piece in new {
        let likely = [next, Some(piece.begin)].into_iter().flatten();
        let place = likely
            .into_iter()
            .find(|place| at.get(place) == Some(&piece.hash))
            .or_else(|| known.get(&piece.hash).copied());
        next = place.map(|place| place + piece.length);
        places.push(place);
    }
    places
}

/// The bytes that are sent, and the number of parts.
fn sent(pieces: &[Piece], places: &[Option<usize>], size: usize) -> (usize, usize) {
    // Copies: pieces that follow each other in both files, if they are large enough together.
    let mut copies: Vec<(usize, usize)> = Vec::new();
    let mut index = 0;
    while index < pieces.len() {
        let Some(place) = places[index] else {
            index += 1;
            continue;
        };
        let begin = pieces[index].begin;
        let mut end = begin;
        while index < pieces.len() && places[index] == Some(place + (end - begin)) {
            end = pieces[index].end();
            index += 1;
        }
        if end - begin >= LEAST {
            copies.push((begin, end));
        }
    }
    // What lies between them is sent, in at least 1 MiB, which the copies around it give.
    let (mut sent, mut parts, mut done) = (0, 0, 0);
    for (begin, end) in copies {
        let gap = begin.saturating_sub(done);
        let given = if gap > 0 { LEAST.saturating_sub(gap) } else { 0 };
        let left = (end - begin.max(done)).saturating_sub(given);
        if left < LEAST {
            continue;
        }
        sent += gap + given;
        parts += usize::from(gap > 0) + left.div_ceil(5 << 30);
        done = end;
    }
    sent += size - done;
    (sent, parts + usize::from(size > done))
}
