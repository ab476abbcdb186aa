//! Object stores: S3 and what speaks its protocol, Google Cloud Storage, Azure, HTTP.
//!
//! Before: an address. After: bytes of objects, each exactly as long as was asked for or as the
//! store says; an answer that ends early is asked for again, and at last an error. A request that
//! fails at the other end is repeated with growing pauses; credentials and endpoints come from the
//! environment variables that the stores' own tools use.
//!
//! Requests run on a thread of their own; whoever waits for one looks at the stop flag.

mod connect;
mod fetched;
mod near;
mod npy;
mod object;
mod parts;
mod tree;
mod upload;
mod words;

pub(crate) use object::Tag;

use crate::address::{Address, Service, refused};
use crate::error::{StorageError, failure};
use crate::file::{Stopped, proceed};
use crate::info::ArrayInfo;
use crate::{CreateOptions, Format, Info, Keeper, OpenOptions, Sink, Source, named, zarr};
use arr_ir::dtype::DType;
use connect::Connection;
use object::failed;
use object_store::path::Path as Key;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Handle, Runtime};

/// The longest time that is spent on removing what was written in vain.
const CLEANING: Duration = Duration::from_secs(5);

/// Time between two looks at the stop flag.
const LOOK: Duration = Duration::from_millis(50);

/// The object stores that a session reaches: its connections, made when they are needed.
#[derive(Clone, Default)]
pub struct Stores {
    network: Arc<Mutex<Option<Arc<Network>>>>,
    stop: Arc<AtomicBool>,
    keeper: Option<Arc<dyn Keeper>>,
    /// Copies of objects, kept while the session lasts.
    copies: Arc<Mutex<Vec<Arc<fetched::Copy>>>>,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stores")
    }
}

impl Stores {
    /// The stores of a session with this stop flag, and a place for files that must be copied.
    pub fn new(stop: Arc<AtomicBool>, keeper: Arc<dyn Keeper>) -> Stores {
        Stores { stop, keeper: Some(keeper), ..Stores::default() }
    }

    fn network(&self) -> std::io::Result<Arc<Network>> {
        let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = &*network {
            return Ok(network.clone());
        }
        Ok(network.insert(Arc::new(Network::start()?)).clone())
    }

    /// The place that a path is the address of; none if it is no address.
    fn place(&self, path: &str, verb: &str) -> Result<Option<Place>, StorageError> {
        let Some(address) = Address::of(path) else { return Ok(None) };
        let fail = |why: &str| failure(verb, Path::new(path), why);
        if let Some(why) = refused(&address) {
            return Err(fail(why));
        }
        let network = self.network().map_err(|e| fail(&crate::reason(&e)))?;
        let connection = network.connected(&address).map_err(|why| fail(&why))?;
        let key = match address.service {
            Service::Http => Key::from_url_path(address.key),
            _ => Key::parse(address.key),
        };
        let key = key.map_err(|_| fail("its name is malformed"))?;
        let (path, stop) = (PathBuf::from(path), self.stop.clone());
        Ok(Some(Place { path, service: address.service, network, connection, key, stop }))
    }
}

/// A key below another, which has the names of its parts as they are.
fn below(key: &Key, more: &str) -> Key {
    let text = format!("{key}/{more}");
    let text = text.trim_matches('/');
    Key::parse(text).unwrap_or_else(|_| Key::from(text))
}

/// An address, connected.
#[derive(Clone)]
pub(crate) struct Place {
    /// The address as it was given, for messages.
    path: PathBuf,
    service: Service,
    network: Arc<Network>,
    connection: Arc<Connection>,
    key: Key,
    /// The stop flag of the session, for what has none of its own.
    stop: Arc<AtomicBool>,
}

impl Place {
    /// A key below.
    fn below(&self, key: &str) -> Key {
        below(&self.key, key)
    }

    /// Whether something written to `path` would change what is here.
    fn is_at(&self, path: &Path) -> bool {
        let (own, other) = (self.path.to_str(), path.to_str());
        let (Some(own), Some(other)) = (own.and_then(Address::of), other.and_then(Address::of))
        else {
            return false;
        };
        let inside = |a: &str, b: &str| {
            a.strip_prefix(b).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        (own.service, own.authority) == (other.service, other.authority)
            && (inside(own.key, other.key) || inside(other.key, own.key))
    }
}

impl Place {
    /// Waits for an answer that must come, whatever the stop flag says.
    fn finish<T: Send>(
        &self,
        work: impl Future<Output = object_store::Result<T>> + Send,
    ) -> Result<T, Stopped> {
        self.network.wait(&AtomicBool::new(false), work)?.map_err(|e| failed(&e))
    }

    /// Removes what was written in vain, as far as that is possible in a short time.
    fn clean(&self, work: impl Future<Output = ()> + Send) {
        let work = async { tokio::time::timeout(CLEANING, work).await };
        let _ = self.network.wait(&AtomicBool::new(false), work);
    }
}

/// The format of an object: by its name, else an array alone if there is such an object.
fn found(place: &Place) -> Result<Format, StorageError> {
    if let Some(format) = named(Path::new(place.key.as_ref())) {
        return Ok(format);
    }
    let tag = place.tag(&place.key, &place.stop).map_err(|e| e.at(&place.path))?;
    Ok(if tag.is_some() { Format::Npy } else { Format::Zarr })
}

/// Opens an array on an object store, if that is what the path leads to.
pub(crate) fn open(
    path: &str,
    options: &OpenOptions,
) -> Result<Option<Arc<dyn Source>>, StorageError> {
    let Some(place) = options.stores.place(path, "read")? else { return Ok(None) };
    let (format, name) = (found(&place)?, options.name.as_deref());
    if let Some(kind) = fetched::kind(format) {
        return fetched::open(place, kind, options).map(Some);
    }
    Ok(Some(match (format, name) {
        (Format::Npy, None) => Arc::new(npy::open(place)?),
        (Format::Npy, Some(_)) => {
            let why = "a .npy file holds one array without a name";
            return Err(failure("read", Path::new(path), why));
        }
        _ => Arc::new(zarr::open_in(Box::new(tree::Prefix { place }), Path::new(path), name)?),
    }))
}

/// Tells what is at an address, if the path is one.
pub(crate) fn info(path: &str, options: &OpenOptions) -> Result<Option<Info>, StorageError> {
    let Some(place) = options.stores.place(path, "read")? else { return Ok(None) };
    let format = found(&place)?;
    if let Some(kind) = fetched::kind(format) {
        return fetched::info(&place, kind, options).map(Some);
    }
    Ok(Some(match format {
        Format::Npy => {
            let arrays = vec![ArrayInfo::of("", &npy::open(place)?)];
            Info { format: "NumPy".into(), arrays, groups: vec![] }
        }
        _ => zarr::info_in(&tree::Prefix { place }, Path::new(path))?,
    }))
}

/// Begins an array at an address, if the path is one.
pub(crate) fn create(
    path: &str,
    dtype: DType,
    shape: &[usize],
    options: &CreateOptions,
) -> Result<Option<Box<dyn Sink>>, StorageError> {
    let Some(place) = options.stores.place(path, "write")? else { return Ok(None) };
    let fail = |why: &str| failure("write", Path::new(path), why);
    let format = named(Path::new(place.key.as_ref())).unwrap_or(Format::Npy);
    if let Some(kind) = fetched::kind(format) {
        return Err(fail(&format!(
            "{kind} are not written to object stores: save it as .zarr or .npy, or to a file of \
             this machine that is copied there"
        )));
    }
    let Some(parts) = place.connection.parts.clone() else {
        return Err(fail("nothing is written over HTTP: use the address of the object store"));
    };
    if place.key.as_ref().is_empty() {
        return Err(fail("the address names no object"));
    }
    Ok(Some(match format {
        Format::Zarr => upload::create(place, dtype, shape, options)?,
        _ => {
            crate::accepted(path, options)?;
            parts::create(place, parts, dtype, shape)?
        }
    }))
}

/// The runtime that requests run on, and the connections that were made.
pub(crate) struct Network {
    runtime: Option<Runtime>,
    connections: Mutex<Vec<(String, Arc<Connection>)>>,
}

impl Network {
    pub(crate) fn start() -> std::io::Result<Network> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(4)
            .thread_name("arr-network")
            .enable_all()
            .build()?;
        Ok(Network { runtime: Some(runtime), connections: Mutex::default() })
    }

    fn connected(&self, address: &Address) -> Result<Arc<Connection>, String> {
        let origin = connect::origin(address);
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, made)) = connections.iter().find(|(of, _)| *of == origin) {
            return Ok(made.clone());
        }
        let made = Arc::new(Connection::new(address)?);
        connections.push((origin, made.clone()));
        Ok(made)
    }

    /// Waits for an answer.
    pub(crate) fn wait<T: Send>(
        &self,
        stop: &AtomicBool,
        work: impl Future<Output = T> + Send,
    ) -> Result<T, Stopped> {
        let handle = self.runtime.as_ref().expect("it runs until it is dropped").handle();
        let looking = async {
            let mut work = pin!(work);
            loop {
                proceed(stop)?;
                if let Ok(done) = tokio::time::timeout(LOOK, work.as_mut()).await {
                    return Ok(done);
                }
            }
        };
        // A thread of somebody's own runtime must not wait in another.
        match Handle::try_current() {
            Err(_) => handle.block_on(looking),
            Ok(_) => std::thread::scope(|scope| {
                let waiting = scope.spawn(|| handle.block_on(looking));
                waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }),
        }
    }

    /// Waits a while.
    pub(crate) fn pause(&self, stop: &AtomicBool, time: Duration) -> Result<(), Stopped> {
        self.wait(stop, async { tokio::time::sleep(time).await })
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
