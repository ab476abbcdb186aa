//! Writing `.npz` archives: members are stored as they are, or deflated.
//!
//! A named array joins those that the archive has; without a name it becomes the only one, under
//! the name that NumPy gives. Of a stored member the place of every element is known beforehand, so
//! boxes are written in any order; one that is deflated is collected in a temporary file and packed
//! at the end. Checksum and directory follow.

use super::zip::{Member, directory, local_header};
use super::*;
use crate::error::reason;
use crate::files::{Files, Output};
use crate::npy::write::{Layout, head};
use crate::stage::Stage;
use crate::target::Target;
use crate::{Compression, CreateOptions, Sink};
use flate2::write::DeflateEncoder;

/// An archive being written.
pub struct NpzSink {
    target: Target,
    layout: Layout,
    members: Vec<Member>,
    /// Where the headers of the members begin.
    headers: Vec<u64>,
    /// What will be deflated.
    packed: Option<Packed>,
}

/// An array that is deflated at the end.
struct Packed {
    head: Vec<u8>,
    elements: Stage,
    level: flate2::Compression,
}

/// Bytes that follow each other from a place of a file on.
struct Following<'a> {
    output: &'a dyn Output,
    at: u64,
}

impl Write for Following<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write_at(bytes, self.at)?;
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins an array of an archive.
///
/// # Errors
/// Nothing can be written there, or what is there is no archive.
pub fn create(
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    create_with(options.unfinished.files(), path, dtype, shape, options)
}

pub(crate) fn create_with(
    files: Arc<dyn Files>,
    path: &Path,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Box<dyn Sink>, StorageError> {
    let fail = |why: &str| failure("write", path, why);
    let level = match options.compression {
        Some(Compression::Deflate(level)) => Some(flate2::Compression::new(level.into())),
        // Zstandard is refused for the format.
        _ => None,
    };
    let name = options.name.as_deref().unwrap_or("arr_0");
    if name.is_empty() || name.len() > 1000 {
        return Err(fail("the name of the array is empty or too long"));
    }
    let name = format!("{name}.npy");
    let mut others = vec![];
    let mut archive = None;
    if options.name.is_some() && path.exists() {
        let (held, file, bytes) = Held::open(path)?;
        let found = zip::members(&file, bytes).map_err(|e| e.at(held.path()))?;
        if let Some(member) = found.iter().find(|m| m.problem.is_some()) {
            return Err(fail(&format!("its member `{}` cannot be kept", member.name)));
        }
        others = found.into_iter().filter(|m| m.name != name).collect();
        archive = Some(file);
    }
    let head = head(dtype, shape).map_err(|e| fail(&reason(&e)))?;
    let target = Target::new(files, path)?;
    let mut sink = NpzSink {
        target,
        layout: Layout { shape: shape.into(), size: dtype.size(), start: 0 },
        members: vec![],
        headers: vec![],
        packed: None,
    };
    let begun = archive.map_or(Ok(()), |archive| sink.keep(&archive, others));
    begun.and_then(|()| sink.begin(name, head, level)).map_err(|e| sink.target.fail(&e))?;
    Ok(Box::new(sink))
}

impl NpzSink {
    /// Where the next member begins.
    fn end(&self) -> u64 {
        self.members.last().map_or(0, |m| m.at + m.stored)
    }

    /// Adds a member and gives the place of its header.
    fn add(&mut self, mut member: Member) -> u64 {
        let header = self.end();
        member.at = header + local_header(&member).len() as u64;
        self.members.push(member);
        self.headers.push(header);
        header
    }

    /// Copies the members that stay.
    fn keep(&mut self, archive: &File, others: Vec<Member>) -> io::Result<()> {
        let mut piece = vec![0; PIECE / 4];
        for member in others {
            let mut from = Part { file: archive, at: member.at, left: member.stored };
            let header = self.add(member);
            let added = &self.members[self.members.len() - 1];
            self.target.output().write_at(&local_header(added), header)?;
            let mut at = added.at;
            while from.left > 0 {
                let n = from.read(&mut piece)?;
                if n == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.target.output().write_at(&piece[..n], at)?;
                at += n as u64;
            }
        }
        Ok(())
    }

    /// Makes room for the new member.
    fn begin(
        &mut self,
        name: String,
        head: Vec<u8>,
        level: Option<flate2::Compression>,
    ) -> io::Result<()> {
        let bytes = (count(&self.layout.shape) * self.layout.size + head.len()) as u64;
        self.add(Member {
            name,
            deflated: level.is_some(),
            checksum: 0,
            at: 0,
            stored: bytes,
            bytes,
            problem: None,
        });
        if let Some(level) = level {
            let near = Some(self.target.directory());
            let elements = Stage::new(&self.layout.shape, self.layout.size, near)?;
            self.packed = Some(Packed { head, elements, level });
            return Ok(());
        }
        let at = self.members[self.members.len() - 1].at;
        self.layout.start = at + head.len() as u64;
        self.target.output().set_len(self.end())?;
        self.target.output().write_at(&head, at)
    }

    fn finish(&mut self) -> io::Result<()> {
        let last = self.members.len() - 1;
        self.members[last].checksum = match self.packed.take() {
            Some(packed) => self.deflate(&packed)?,
            None => self.sum()?,
        };
        let (output, end) = (self.target.output(), self.end());
        output.write_at(&local_header(&self.members[last]), self.headers[last])?;
        output.write_at(&directory(&self.members, &self.headers, end), end)
    }

    /// The checksum of the new member as it is stored.
    fn sum(&self) -> io::Result<u32> {
        let last = self.members.len() - 1;
        let mut sum = Crc::new();
        let mut piece = vec![0; PIECE / 4];
        let (mut at, end) = (self.members[last].at, self.end());
        while at < end {
            let n = ((end - at) as usize).min(piece.len());
            self.target.output().read_at(&mut piece[..n], at)?;
            sum.update(&piece[..n]);
            at += n as u64;
        }
        Ok(sum.sum())
    }

    /// Packs the new member, of which the size is known then; its checksum.
    fn deflate(&mut self, packed: &Packed) -> io::Result<u32> {
        let last = self.members.len() - 1;
        let at = self.members[last].at;
        let to = Following { output: self.target.output(), at };
        let to = io::BufWriter::with_capacity(PIECE / 16, to);
        let mut encoder = DeflateEncoder::new(to, packed.level);
        let mut sum = Crc::new();
        let mut put = |bytes: &[u8]| {
            sum.update(bytes);
            encoder.write_all(bytes)
        };
        put(&packed.head)?;
        packed.elements.in_order(self.layout.size, put)?;
        let to = encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.members[last].stored = to.at - at;
        Ok(sum.sum())
    }
}

impl Sink for NpzSink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let put = |bytes: &[u8], at| self.target.output().write_at(bytes, at);
        let done = match &self.packed {
            Some(packed) => packed.elements.write(start, shape, data),
            None => self.layout.write(start, shape, data, put),
        };
        done.map_err(|e| self.target.fail(&e))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        self.finish().map_err(|e| self.target.fail(&e))?;
        self.target.commit()
    }
}
