//! Objects: named bytes of a store, read whole or by ranges.

use super::Place;
use super::words::words;
use crate::file::{PIECE, Reach, ReadAt, Stopped};
use crate::zarr::codec::room;
use futures_util::StreamExt;
use object_store::path::Path as Key;
use object_store::{Error, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStoreExt};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How often an answer that ends early is asked for.
const TRIES: u32 = 5;
/// What is said of an object that is not the one that was opened.
pub(super) const CHANGED: &str = "it was changed after it was opened";
/// Bytes that are asked for at once.
const MOST: usize = 4 * PIECE;

/// What tells whether an object is still the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tag {
    bytes: u64,
    entity: Option<String>,
    version: Option<String>,
    /// In seconds, as stores tell it.
    modified: i64,
}

impl Tag {
    fn of(meta: &ObjectMeta) -> Tag {
        Tag {
            bytes: meta.size,
            entity: meta.e_tag.clone(),
            version: meta.version.clone(),
            modified: meta.last_modified.timestamp(),
        }
    }
}

/// None where there is no such object.
pub(super) fn present<T>(result: Result<T, Error>) -> Result<Option<T>, Stopped> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(e) => Err(failed(&e)),
    }
}

pub(super) fn failed(error: &Error) -> Stopped {
    Stopped::Failed(words(error))
}

/// How an answer ended.
enum Ended {
    /// With all bytes.
    Complete,
    /// After so many bytes, or more than there should be.
    Wrong(usize),
    /// The connection broke.
    Broken(Error),
}

/// Takes the bytes of an answer.
async fn take(answer: GetResult, out: &mut [u8]) -> Ended {
    let mut parts = answer.into_stream();
    let mut done = 0;
    while let Some(part) = parts.next().await {
        match part {
            Err(e) => return Ended::Broken(e),
            Ok(part) if part.len() > out.len() - done => return Ended::Wrong(done + part.len()),
            Ok(part) => {
                out[done..done + part.len()].copy_from_slice(&part);
                done += part.len();
            }
        }
    }
    if done == out.len() { Ended::Complete } else { Ended::Wrong(done) }
}

impl Place {
    /// The tag of an object.
    pub(crate) fn tag(&self, key: &Key, stop: &AtomicBool) -> Result<Option<Tag>, Stopped> {
        let head = self.network.wait(stop, self.connection.store.head(key))?;
        Ok(present(head)?.map(|meta| Tag::of(&meta)))
    }

    /// Asks until an answer is complete; gives its tag.
    fn ask(
        &self,
        key: &Key,
        range: Option<GetRange>,
        into: &mut impl Room,
        stop: &AtomicBool,
    ) -> Result<Option<Tag>, Stopped> {
        let mut tried = 1;
        loop {
            let options = GetOptions { range: range.clone(), ..GetOptions::default() };
            let once = async {
                let answer = present(self.connection.store.get_opts(key, options).await)?;
                let Some(answer) = answer else { return Ok(None) };
                let length = (answer.range.end - answer.range.start) as usize;
                let tag = Tag::of(&answer.meta);
                let ended = take(answer, into.room(&tag, length)?).await;
                Ok::<_, Stopped>(Some((tag, length, ended)))
            };
            let Some((tag, length, ended)) = self.network.wait(stop, once)?? else {
                return Ok(None);
            };
            let why = match ended {
                Ended::Complete => return Ok(Some(tag)),
                Ended::Wrong(n) => format!("its answer had {n} bytes instead of {length}"),
                Ended::Broken(e) => words(&e),
            };
            if tried == TRIES {
                return Err(Stopped::Failed(format!("{why}, tried {tried} times")));
            }
            self.network.pause(stop, Duration::from_millis(100) * 2u32.pow(tried - 1))?;
            tried += 1;
        }
    }

    /// A whole object, if it has at most `most` bytes.
    pub(crate) fn whole(
        &self,
        key: &Key,
        most: u64,
        stop: &AtomicBool,
    ) -> Result<Option<(Vec<u8>, Tag)>, Stopped> {
        let mut whole = Whole { most, bytes: vec![] };
        let tag = self.ask(key, None, &mut whole, stop)?;
        Ok(tag.map(|tag| (whole.bytes, tag)))
    }
}

/// Makes room for an answer.
trait Room: Send {
    /// As many bytes as the answer will have.
    fn room(&mut self, tag: &Tag, length: usize) -> Result<&mut [u8], Stopped>;
}

/// For a whole object of any size up to a limit.
struct Whole {
    most: u64,
    bytes: Vec<u8>,
}

impl Room for Whole {
    fn room(&mut self, _tag: &Tag, length: usize) -> Result<&mut [u8], Stopped> {
        if length as u64 > self.most {
            return Err(Stopped::Bad("it is longer than a chunk".into()));
        }
        self.bytes = room(length)?;
        self.bytes.resize(length, 0);
        Ok(&mut self.bytes)
    }
}

/// For a range of an object that must still be the same.
struct Range<'a> {
    tag: &'a Tag,
    out: &'a mut [u8],
}

impl Room for Range<'_> {
    fn room(&mut self, tag: &Tag, length: usize) -> Result<&mut [u8], Stopped> {
        if tag != self.tag {
            return Err(Stopped::Failed(CHANGED.into()));
        }
        match length == self.out.len() {
            true => Ok(self.out),
            false => Err(Stopped::Bad("it ends too early".into())),
        }
    }
}

/// An object to read parts of. One that was changed meanwhile is an error.
pub(crate) struct Object {
    place: Place,
    key: Key,
    tag: Tag,
}

impl Object {
    /// An object that is there.
    pub(crate) fn open(
        place: Place,
        key: Key,
        stop: &AtomicBool,
    ) -> Result<Option<Object>, Stopped> {
        let tag = place.tag(&key, stop)?;
        Ok(tag.map(|tag| Object { place, key, tag }))
    }

    pub(crate) fn tag(&self) -> &Tag {
        &self.tag
    }

    fn range(&self, out: &mut [u8], at: u64, stop: &AtomicBool) -> Result<(), Stopped> {
        let range = GetRange::Bounded(at..at + out.len() as u64);
        let mut into = Range { tag: &self.tag, out };
        match self.place.ask(&self.key, Some(range), &mut into, stop)? {
            Some(_) => Ok(()),
            None => Err(Stopped::Failed(CHANGED.into())),
        }
    }
}

impl ReadAt for Object {
    fn length(&self) -> Result<u64, Stopped> {
        Ok(self.tag.bytes)
    }

    fn read_at(&self, out: &mut [u8], at: u64, stop: &AtomicBool) -> Result<(), Stopped> {
        let mut at = at;
        for piece in out.chunks_mut(MOST) {
            self.range(piece, at, stop)?;
            at += piece.len() as u64;
        }
        Ok(())
    }

    /// A request costs about as much as a megabyte.
    fn reach(&self) -> Reach {
        Reach { long: 1 << 20, span: PIECE }
    }
}
