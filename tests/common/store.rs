//! A small server of the S3 protocol on a port of this machine: objects in memory, as many
//! connections as come, and faults where a test wants them.
//!
//! It speaks GET with ranges, HEAD, PUT, copies, DELETE, lists, deletes of many, and uploads in
//! parts; signatures are not checked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What goes wrong with a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, and nothing is done.
    Status(u16),
    /// The answer comes after so long.
    Slow(Duration),
    /// The connection ends so many bytes before the body does.
    Cut(usize),
    /// The body is so many bytes shorter than it should be, and its length says so too.
    Short(usize),
    /// The body has this byte flipped.
    Flipped(usize),
}

/// A fault of the next so many requests whose method and path, as `GET /b/x.npy`, contain a text.
struct Planned {
    text: String,
    times: usize,
    fault: Fault,
}

#[derive(Clone)]
pub struct Object {
    pub bytes: Arc<Vec<u8>>,
    /// Grows with every write.
    pub version: u64,
}

#[derive(Default)]
pub struct State {
    /// By `bucket/key`.
    pub objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, BTreeMap<usize, Vec<u8>>>,
    faults: Vec<Planned>,
    /// Every request, as `GET /b/x.npy 0-11`.
    pub log: Vec<String>,
    version: u64,
    /// How many objects a list names at most.
    pub page: usize,
}

/// A running server; it ends with the process.
pub struct Server {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer { status, headers: vec![], body: body.into() }
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { page: 1000, ..State::default() }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Server { port, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Makes the next so many requests fail that contain a text.
    pub fn plan(&self, text: &str, times: usize, fault: Fault) {
        self.state().faults.push(Planned { text: text.into(), times, fault });
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.state().put(name, bytes.to_vec());
    }

    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.state().objects.get(name).map(|o| o.bytes.to_vec())
    }

    pub fn names(&self) -> Vec<String> {
        self.state().objects.keys().cloned().collect()
    }

    /// The requests since the last call.
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// Nothing fails any more.
    pub fn forgive(&self) {
        self.state().faults.clear();
    }
}

impl State {
    fn put(&mut self, name: &str, bytes: Vec<u8>) -> u64 {
        self.version += 1;
        let object = Object { bytes: Arc::new(bytes), version: self.version };
        self.objects.insert(name.into(), object);
        self.version
    }

    fn fault(&mut self, line: &str) -> Option<Fault> {
        let planned = self.faults.iter_mut().find(|p| p.times > 0 && line.contains(&p.text))?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let _ = stream.set_nodelay(true);
    let mut to = stream.try_clone().unwrap();
    let mut from = BufReader::new(stream);
    while let Some(request) = read(&mut from) {
        let range = request.headers.get("range").map_or("", |r| r.trim_start_matches("bytes="));
        let line = format!("{} {}", request.method, request.path);
        let fault = {
            let mut state = state.lock().unwrap();
            state.log.push(format!("{line} {range}").trim_end().to_string());
            state.fault(&line)
        };
        if let Some(Fault::Slow(time)) = fault {
            std::thread::sleep(time);
        }
        let mut answered = match fault {
            Some(Fault::Status(status)) => answer(status, "<Error><Code>Planned</Code></Error>"),
            _ => handle(&request, &mut state.lock().unwrap()),
        };
        let mut length = answered.body.len();
        match fault {
            Some(Fault::Short(n)) => {
                length = length.saturating_sub(n);
                answered.body.truncate(length);
            }
            Some(Fault::Cut(n)) => answered.body.truncate(length.saturating_sub(n)),
            Some(Fault::Flipped(n)) if n < length => answered.body[n] ^= 0x55,
            _ => {}
        }
        if request.method == "HEAD" {
            length = answered
                .headers
                .iter()
                .find(|h| h.0 == "x-size")
                .map_or(0, |h| h.1.parse().unwrap());
            answered.body.clear();
        }
        let mut head = format!("HTTP/1.1 {} Said\r\nContent-Length: {length}\r\n", answered.status);
        for (name, value) in answered.headers.iter().filter(|h| h.0 != "x-size") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let sent = to.write_all(head.as_bytes()).and_then(|()| to.write_all(&answered.body));
        if sent.is_err() || matches!(fault, Some(Fault::Cut(_))) {
            let _ = to.shutdown(std::net::Shutdown::Both);
            return;
        }
    }
}

fn read(from: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_string(), words.next()?.to_string());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.trim().to_string()),
            None => break,
        };
    }
    let length = headers.get("content-length").map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|p| !p.is_empty());
    let pair = |p: &str| {
        let (name, value) = p.split_once('=').unwrap_or((p, ""));
        (decoded(name), decoded(value))
    };
    let query = pairs.map(pair).collect();
    Some(Request { method, path: decoded(path), query, headers, body })
}

fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), vec![], 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap()
}

fn handle(request: &Request, state: &mut State) -> Answer {
    let name = request.path.trim_start_matches('/').to_string();
    let query = |name: &str| request.query.get(name);
    match request.method.as_str() {
        "GET" if query("list-type").is_some() => list(request, name.trim_end_matches('/'), state),
        "GET" | "HEAD" => get(request, &name, state),
        "PUT" => put(request, &name, state),
        "DELETE" => {
            match query("uploadId") {
                Some(id) => drop(state.uploads.remove(id)),
                None => drop(state.objects.remove(&name)),
            }
            answer(204, "")
        }
        "POST" if query("delete").is_some() => {
            let text = String::from_utf8_lossy(&request.body).into_owned();
            let mut said = String::from("<DeleteResult>");
            for key in between(&text, "<Key>", "</Key>") {
                state.objects.remove(&format!("{}/{key}", name.trim_end_matches('/')));
                said.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
            }
            answer(200, said + "</DeleteResult>")
        }
        "POST" if query("uploads").is_some() => {
            state.version += 1;
            let id = format!("upload-{}", state.version);
            state.uploads.insert(id.clone(), BTreeMap::new());
            let said = format!("<UploadId>{id}</UploadId>");
            answer(
                200,
                format!("<InitiateMultipartUploadResult>{said}</InitiateMultipartUploadResult>"),
            )
        }
        "POST" => {
            let parts = query("uploadId").and_then(|id| state.uploads.remove(id));
            let Some(parts) = parts else { return answer(404, "") };
            let small = parts.values().rev().skip(1).any(|p| p.len() < 5 << 20);
            if small {
                return answer(400, "<Error><Code>EntityTooSmall</Code></Error>");
            }
            let version = state.put(&name, parts.into_values().flatten().collect());
            let said = format!("<ETag>\"{version}\"</ETag>");
            answer(
                200,
                format!("<CompleteMultipartUploadResult>{said}</CompleteMultipartUploadResult>"),
            )
        }
        _ => answer(405, ""),
    }
}

fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split_once(end)).map(|(inner, _)| inner)
}

fn get(request: &Request, name: &str, state: &State) -> Answer {
    let Some(object) = state.objects.get(name) else {
        return answer(404, "<Error><Code>NoSuchKey</Code></Error>");
    };
    let total = object.bytes.len();
    let minute = object.version / 60 % 60;
    let modified = format!("Thu, 26 Nov 2026 10:{minute:02}:{:02} GMT", object.version % 60);
    let mut headers = vec![
        ("ETag".to_string(), format!("\"{}\"", object.version)),
        ("Last-Modified".to_string(), modified),
        ("Accept-Ranges".to_string(), "bytes".to_string()),
    ];
    if request.method == "HEAD" {
        headers.push(("x-size".to_string(), total.to_string()));
    }
    let Some(range) = request.headers.get("range").and_then(|r| r.strip_prefix("bytes=")) else {
        return Answer { status: 200, headers, body: object.bytes.to_vec() };
    };
    let (from, to) = range.split_once('-').unwrap();
    let (from, to) = match (from, to) {
        ("", n) => (total.saturating_sub(n.parse().unwrap()), total),
        (from, "") => (from.parse().unwrap(), total),
        (from, to) => (from.parse().unwrap(), (to.parse::<usize>().unwrap() + 1).min(total)),
    };
    if from >= to {
        return answer(416, "");
    }
    headers.push(("Content-Range".into(), format!("bytes {from}-{}/{total}", to - 1)));
    Answer { status: 206, headers, body: object.bytes[from..to].to_vec() }
}

fn put(request: &Request, name: &str, state: &mut State) -> Answer {
    if let (Some(id), Some(number)) =
        (request.query.get("uploadId"), request.query.get("partNumber"))
    {
        let Some(upload) = state.uploads.get_mut(id) else { return answer(404, "") };
        upload.insert(number.parse().unwrap(), request.body.clone());
        let mut answered = answer(200, "");
        answered.headers.push(("ETag".into(), format!("\"part-{number}\"")));
        return answered;
    }
    if let Some(from) = request.headers.get("x-amz-copy-source") {
        let from = decoded(from.trim_start_matches('/'));
        let Some(object) = state.objects.get(&from).cloned() else { return answer(404, "") };
        let version = state.put(name, object.bytes.to_vec());
        let said = format!("<CopyObjectResult><ETag>\"{version}\"</ETag></CopyObjectResult>");
        return answer(200, said);
    }
    let version = state.put(name, request.body.clone());
    let mut answered = answer(200, "");
    answered.headers.push(("ETag".into(), format!("\"{version}\"")));
    answered
}

/// ListObjectsV2.
fn list(request: &Request, bucket: &str, state: &State) -> Answer {
    let query = |name: &str| request.query.get(name).map_or("", |v| v.as_str());
    let (prefix, delimiter) = (query("prefix"), query("delimiter"));
    let after = query("continuation-token").max(query("start-after"));
    let (mut said, mut prefixes, mut last) = (String::new(), vec![], None);
    let mut count = 0;
    let mut more = false;
    for (name, object) in &state.objects {
        let Some(key) = name.strip_prefix(bucket).and_then(|k| k.strip_prefix('/')) else {
            continue;
        };
        let Some(rest) = key.strip_prefix(prefix).filter(|_| key > after || after.is_empty())
        else {
            continue;
        };
        if count == state.page {
            more = true;
            break;
        }
        last = Some(key);
        if let Some((group, _)) = rest.split_once(delimiter).filter(|_| !delimiter.is_empty()) {
            let group = format!("{prefix}{group}{delimiter}");
            if !prefixes.contains(&group) {
                prefixes.push(group);
            }
            continue;
        }
        count += 1;
        said.push_str(&format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-26T10:00:00.000Z</LastModified>\
             <ETag>\"{}\"</ETag><Size>{}</Size></Contents>",
            object.version,
            object.bytes.len()
        ));
    }
    for group in prefixes {
        said.push_str(&format!("<CommonPrefixes><Prefix>{group}</Prefix></CommonPrefixes>"));
    }
    let next = match (more, last) {
        (true, Some(key)) => format!("<NextContinuationToken>{key}</NextContinuationToken>"),
        _ => String::new(),
    };
    let head =
        format!("<Name>{bucket}</Name><Prefix>{prefix}</Prefix><IsTruncated>{more}</IsTruncated>");
    answer(200, format!("<ListBucketResult>{head}{next}{said}</ListBucketResult>"))
}
