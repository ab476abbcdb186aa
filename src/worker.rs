//! The thread of a session, and how values pass to it and back.
//!
//! The evaluator's values belong to one thread; what crosses is [`Content`], which does not. A
//! panic on the thread is caught per request: the request fails, the thread goes on.

use crate::error::{Error, ErrorKind};
use crate::host::RuntimeHost;
use crate::stored::Stored;
use crate::value::{Content, Value};
use arr_compiler::array::Array;
use arr_compiler::eval::STACK_BYTES;
use arr_compiler::format::bytes_text;
use arr_compiler::session::Session;
use arr_compiler::value as inner;
use arr_ir::shape::{MAX_RANK, Shape};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// How deep tuples and records may nest on their way out.
const MAX_DEPTH: usize = 500;

type Request = Box<dyn FnOnce(&mut State) + Send>;

/// What the thread owns.
pub(crate) struct State {
    pub(crate) session: Session,
    pub(crate) host: RuntimeHost,
}

/// The caller's end of the thread.
pub(crate) struct Worker {
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread. If the system gives none, every request fails.
    pub(crate) fn start(host: RuntimeHost) -> Worker {
        let (requests, received) = mpsc::channel::<Request>();
        let work = move || {
            let mut state = State { session: Session::new(), host };
            while let Ok(request) = received.recv() {
                request(&mut state);
            }
        };
        let builder = std::thread::Builder::new().name("arr".into()).stack_size(STACK_BYTES);
        match builder.spawn(work) {
            Ok(thread) => Worker { requests: Some(requests), thread: Some(thread) },
            Err(_) => Worker { requests: None, thread: None },
        }
    }

    /// Does something on the thread, and waits for it.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut State) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = mpsc::sync_channel(1);
        let request: Request = Box::new(move |state| {
            let result = catch_unwind(AssertUnwindSafe(|| action(state)));
            let result = result.unwrap_or_else(|panic| Err(Error::bug(&panic_text(&*panic))));
            let _ = answer.send(result);
        });
        let sent = self.requests.as_ref().is_some_and(|r| r.send(request).is_ok());
        match answered.recv() {
            Ok(result) if sent => result,
            _ => {
                let title = "the system has no room for the evaluator's thread";
                Err(Error::new(ErrorKind::Limit, "E0210", title))
            }
        }
    }

    /// Ends the thread and waits for its end.
    pub(crate) fn stop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| s.to_string());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".into())
}

impl State {
    /// A value for the outside: its arrays are computed, all in one go.
    pub(crate) fn outgoing<'a>(&mut self, value: &inner::Value) -> Result<Value<'a>, Error> {
        let settled = self.session.settled(value, &mut self.host);
        let value = &settled.map_err(|failed| Error::of(failed, &self.session))?;
        let mut arrays = vec![];
        collect(value, 0, &mut arrays);
        let stored: Result<Vec<Array>, _> = arrays.iter().map(interleaved).collect();
        let stored = stored?;
        let pending: Vec<Array> = stored.iter().filter(|a| !a.is_ready()).cloned().collect();
        if !pending.is_empty() {
            let computed = self.session.compute(&pending, &mut self.host);
            computed.map_err(|failed| Error::of(failed, &self.session))?;
        }
        Ok(Value::new(self.content(value, &mut stored.into_iter(), 0)?))
    }

    /// The value with its arrays, computed and interleaved, in the order of [`collect`].
    fn content(
        &self,
        value: &inner::Value,
        stored: &mut std::vec::IntoIter<Array>,
        depth: usize,
    ) -> Result<Content, Error> {
        if depth > MAX_DEPTH {
            let title = "the value is nested too deeply to leave the session";
            return Err(Error::new(ErrorKind::Limit, "E0210", title));
        }
        let mut content = |value: &inner::Value| self.content(value, stored, depth + 1);
        Ok(match value {
            inner::Value::None => Content::None,
            inner::Value::Bool(v) => Content::Bool(*v),
            inner::Value::Int(v) => Content::Int(*v),
            inner::Value::Float(v) => Content::Float(*v),
            inner::Value::Complex(re, im) => Content::Complex(*re, *im),
            inner::Value::Str(text) => Content::Str((&**text).into()),
            inner::Value::DType(dtype) => Content::DType(*dtype),
            inner::Value::Range(start, stop, step) => Content::Range(*start, *stop, *step),
            inner::Value::Array(array) => {
                let handle = stored.next().and_then(|a| a.handle());
                let handle = handle.ok_or_else(|| Error::bug("an array was not computed"))?;
                let buffer = self.host.buffer(&handle)?.paired(array.dtype());
                Content::Array(buffer.ok_or_else(|| Error::bug("no complex array"))?)
            }
            inner::Value::Tuple(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(content).collect();
                Content::Tuple(items?.into())
            }
            inner::Value::Record(fields) => {
                let field = |(name, v): &(std::rc::Rc<str>, inner::Value)| {
                    Ok((name.to_string(), content(v)?))
                };
                let fields: Result<Vec<_>, Error> = fields.iter().map(field).collect();
                Content::Record(fields?.into())
            }
            inner::Value::Function(f) => Content::Opaque(format!("<function {}>", f.name()).into()),
            inner::Value::Builtin(b) => Content::Opaque(format!("<function {}>", b.name).into()),
            inner::Value::Method(_) => Content::Opaque("<function>".into()),
            inner::Value::Module(m) => Content::Opaque(format!("<module {}>", m.name).into()),
            inner::Value::Unknown(_) | inner::Value::Selection(_) => {
                return Err(Error::bug("a value that is not known while running"));
            }
        })
    }

    /// A value from outside.
    pub(crate) fn incoming(&mut self, content: &Content) -> Result<inner::Value, Error> {
        Ok(match content {
            Content::None => inner::Value::None,
            Content::Bool(v) => inner::Value::Bool(*v),
            Content::Int(v) => inner::Value::Int(*v),
            Content::Float(v) => inner::Value::Float(*v),
            Content::Complex(re, im) => inner::Value::Complex(*re, *im),
            Content::Str(text) => inner::Value::text(text),
            Content::DType(dtype) => inner::Value::DType(*dtype),
            Content::Range(start, stop, step) => inner::Value::Range(*start, *stop, *step),
            Content::Array(buffer) => {
                let (dtype, shape) = (buffer.dtype(), Shape::from_slice(buffer.shape()));
                if buffer.pairs().shape().len() > MAX_RANK {
                    let title = "a complex array has at most 15 dimensions";
                    return Err(Error::new(ErrorKind::Limit, "E0210", title));
                }
                let handle = self.host.given(buffer.pairs());
                inner::Value::Array(Array::from_handle(handle, dtype, shape))
            }
            Content::Tuple(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(|v| self.incoming(v)).collect();
                inner::Value::tuple(items?)
            }
            Content::Record(fields) => {
                let field =
                    |(name, v): &(String, Content)| Ok((name.as_str().into(), self.incoming(v)?));
                let fields: Result<Vec<_>, Error> = fields.iter().map(field).collect();
                inner::Value::Record(fields?.into())
            }
            Content::Opaque(text) => {
                let title = format!("{text} cannot be given to a session");
                return Err(Error::new(ErrorKind::Value, "E0200", title));
            }
        })
    }

    pub(crate) fn set(&mut self, name: &str, content: &Content) -> Result<(), Error> {
        let value = self.incoming(content)?;
        self.session.set(name, value);
        Ok(())
    }

    pub(crate) fn get<'a>(&mut self, name: &str) -> Result<Option<Value<'a>>, Error> {
        match self.session.get(name) {
            Some(value) => self.outgoing(&value).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn call<'a>(&mut self, name: &str, args: &[Content]) -> Result<Value<'a>, Error> {
        let args: Result<Vec<_>, _> = args.iter().map(|c| self.incoming(c)).collect();
        match self.session.call(name, &args?, &mut self.host) {
            Ok(value) => self.outgoing(&value),
            Err(failed) => Err(Error::of(failed, &self.session)),
        }
    }

    /// The text that a prompt shows for a value: nothing for `none`.
    pub(crate) fn display(
        &mut self,
        value: &inner::Value,
        info: bool,
    ) -> Result<Option<String>, Error> {
        if matches!(value, inner::Value::None) {
            return Ok(None);
        }
        let stored = match value {
            inner::Value::Array(array) if info => self.stored_as(array),
            _ => String::new(),
        };
        let text = match value {
            inner::Value::Str(text) if info => arr_compiler::format::string_repr(text),
            _ => {
                let text = self.session.text(value, &mut self.host);
                text.map_err(|failed| Error::of(failed, &self.session))?
            }
        };
        let line = match value {
            inner::Value::Array(array) if info => array.known_shape().map(|_| {
                let size = array.nbytes().unwrap_or(0) as u64;
                format!("{} · {}{stored}\n", value.type_text(), bytes_text(size))
            }),
            _ => None,
        };
        Ok(Some(line.unwrap_or_default() + &text))
    }

    /// How an array is stored, where that is worth a word.
    fn stored_as(&self, array: &Array) -> String {
        let handle = interleaved(array).ok().and_then(|a| a.handle());
        match handle.as_ref().and_then(|h| h.downcast_ref::<Stored>()?.source()) {
            Some(source) => {
                let path = source.path().to_string_lossy().into_owned();
                format!(" · file {}", arr_compiler::format::escape_control(&path))
            }
            _ => String::new(),
        }
    }
}

/// The arrays of a value.
fn collect(value: &inner::Value, depth: usize, arrays: &mut Vec<Array>) {
    match value {
        _ if depth > MAX_DEPTH => {}
        inner::Value::Array(array) => arrays.push(array.clone()),
        inner::Value::Tuple(items) => items.iter().for_each(|v| collect(v, depth + 1, arrays)),
        inner::Value::Record(fields) => {
            fields.iter().for_each(|f| collect(&f.1, depth + 1, arrays))
        }
        _ => {}
    }
}

/// An array as it lies in memory: a complex one with its parts beside each other.
fn interleaved(array: &Array) -> Result<Array, Error> {
    arr_compiler::array::interleaved(array).map_err(|_| {
        let title = "the array has too many dimensions to leave the session";
        Error::new(ErrorKind::Limit, "E0210", title)
    })
}
