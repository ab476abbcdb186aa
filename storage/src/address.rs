//! Paths that lie elsewhere: `s3://bucket/x.zarr` and the like.

/// What speaks to the place of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Service {
    S3,
    Google,
    Azure,
    Http,
    Hdfs,
}

/// The schemes of addresses; every other path is one of this machine.
const SCHEMES: &[(&str, Service)] = &[
    ("s3", Service::S3),
    ("s3a", Service::S3),
    ("gs", Service::Google),
    ("az", Service::Azure),
    ("abfs", Service::Azure),
    ("abfss", Service::Azure),
    ("http", Service::Http),
    ("https", Service::Http),
    ("hdfs", Service::Hdfs),
];

/// An address in its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Address<'a> {
    pub service: Service,
    pub scheme: &'a str,
    /// The bucket, container or host.
    pub authority: &'a str,
    /// The path below it, without slashes around it.
    pub key: &'a str,
    /// Of HTTP: what follows the path, with its question mark.
    pub query: &'a str,
}

impl<'a> Address<'a> {
    /// The parts of a path, if it is an address.
    pub(crate) fn of(path: &'a str) -> Option<Address<'a>> {
        let (scheme, rest) = path.split_once("://")?;
        let (_, service) = SCHEMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(scheme))?;
        let end = match service {
            Service::Http => rest.find(['?', '#']).unwrap_or(rest.len()),
            _ => rest.len(),
        };
        let (rest, query) = rest.split_at(end);
        let (authority, key) = rest.split_once('/').unwrap_or((rest, ""));
        let query = query.split('#').next().unwrap_or("");
        Some(Address { service: *service, scheme, authority, key: key.trim_matches('/'), query })
    }
}

/// Why an address cannot be reached by any build.
pub(crate) fn refused(address: &Address) -> Option<&'static str> {
    (address.service == Service::Hdfs).then_some(
        "`hdfs://` is not supported: reach the files through a gateway that speaks S3 or HTTP, \
         or copy them with `hdfs dfs -get`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_parts() {
        let parts = |path| Address::of(path).map(|a| (a.service, a.authority, a.key, a.query));
        assert_eq!(parts("s3://b/x/y.zarr/"), Some((Service::S3, "b", "x/y.zarr", "")));
        assert_eq!(parts("S3://b/x?.npy"), Some((Service::S3, "b", "x?.npy", "")));
        assert_eq!(parts("gs://b"), Some((Service::Google, "b", "", "")));
        let http = Some((Service::Http, "h:80", "a/b.npy", "?k=v"));
        assert_eq!(parts("https://h:80/a/b.npy?k=v#f"), http);
        for local in ["x.npy", "/a/b.zarr", "s3:/b/x", "ftp:x", "a/s3://b", "x://y", "://"] {
            assert_eq!(Address::of(local), None, "{local}");
        }
    }
}
