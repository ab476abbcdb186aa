//! Writing `.npz` archives: members are stored as they are.
//!
//! A named array joins those that the archive has; without a name it becomes the only one, under
//! the name that NumPy gives. The place of every element is known beforehand, so boxes are written
//! in any order; checksum and directory follow at the end.

use super::zip::{Member, directory, local_header};
use super::*;
use crate::error::reason;
use crate::files::Files;
use crate::npy::write::{Layout, head};
use crate::target::Target;
use crate::{CreateOptions, Sink};

/// An archive being written.
pub struct NpzSink {
    target: Target,
    layout: Layout,
    members: Vec<Member>,
    /// Where the headers of the members begin.
    headers: Vec<u64>,
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
    if options.chunks.is_some() || options.compression.is_some() {
        return Err(fail("a .npz file is written without chunks and compression"));
    }
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
    };
    let begun = archive.map_or(Ok(()), |archive| sink.keep(&archive, others));
    begun.and_then(|()| sink.begin(name, &head)).map_err(|e| sink.target.fail(&e))?;
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
    fn begin(&mut self, name: String, head: &[u8]) -> io::Result<()> {
        let bytes = (count(&self.layout.shape) * self.layout.size + head.len()) as u64;
        let member = Member {
            name,
            deflated: false,
            checksum: 0,
            at: 0,
            stored: bytes,
            bytes,
            problem: None,
        };
        self.add(member);
        let at = self.members[self.members.len() - 1].at;
        self.layout.start = at + head.len() as u64;
        self.target.output().set_len(self.end())?;
        self.target.output().write_at(head, at)
    }

    fn finish(&mut self) -> io::Result<()> {
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
        self.members[last].checksum = sum.sum();
        let output = self.target.output();
        output.write_at(&local_header(&self.members[last]), self.headers[last])?;
        output.write_at(&directory(&self.members, &self.headers, end), end)
    }
}

impl Sink for NpzSink {
    fn write(&self, start: &[usize], shape: &[usize], data: &[u8]) -> Result<(), StorageError> {
        let put = |bytes: &[u8], at| self.target.output().write_at(bytes, at);
        self.layout.write(start, shape, data, put).map_err(|e| self.target.fail(&e))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StorageError> {
        self.finish().map_err(|e| self.target.fail(&e))?;
        self.target.commit()
    }
}
