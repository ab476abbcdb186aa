//! A connection to a bucket, container or host.

use super::words::words;
use crate::address::{Address, Service};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::multipart::MultipartStore;
use object_store::{BackoffConfig, ClientConfigKey, ClientOptions, ObjectStore, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

/// How long a request may take, unless `AWS_TIMEOUT` and the like say.
const TIMEOUT: &str = "120 seconds";

/// Where requests go.
pub(crate) struct Connection {
    pub store: Arc<dyn ObjectStore>,
    /// Of stores that are written to: uploads in parts.
    pub parts: Option<Arc<dyn MultipartStore>>,
}

/// Requests that fail at the other end are repeated a few times, for a minute at most.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(8),
            base: 2.,
        },
        max_retries: 6,
        retry_timeout: Duration::from_secs(60),
    }
}

/// What addresses of one connection have in common.
pub(super) fn origin(address: &Address) -> String {
    let Address { scheme, authority, query, .. } = address;
    format!("{scheme}://{authority}/{query}")
}

fn unset(variable: &str) -> bool {
    std::env::var_os(variable).is_none()
}

fn both<T: ObjectStore + MultipartStore>(store: T) -> Connection {
    let store = Arc::new(store);
    Connection { store: store.clone(), parts: Some(store) }
}

impl Connection {
    /// Reads the environment; sends nothing yet.
    pub(super) fn new(address: &Address) -> Result<Connection, String> {
        let missing = |what: &str| Err(format!("it names no {what}"));
        match (address.service, address.authority.is_empty()) {
            (Service::S3 | Service::Google, true) => return missing("bucket"),
            (Service::Azure, true) => return missing("container"),
            (Service::Http | Service::Hdfs, true) => return missing("host"),
            (_, false) => {}
        }
        let timeout = ClientConfigKey::Timeout;
        let made = match address.service {
            Service::S3 => {
                let mut builder = AmazonS3Builder::from_env();
                if unset("AWS_TIMEOUT") {
                    builder = builder.with_config(AmazonS3ConfigKey::Client(timeout), TIMEOUT);
                }
                let builder = builder.with_bucket_name(address.authority).with_retry(retry());
                builder.build().map(both)
            }
            Service::Google => {
                let mut builder = GoogleCloudStorageBuilder::from_env();
                if unset("GOOGLE_TIMEOUT") {
                    builder = builder.with_config(GoogleConfigKey::Client(timeout), TIMEOUT);
                }
                let builder = builder.with_bucket_name(address.authority).with_retry(retry());
                builder.build().map(both)
            }
            Service::Azure => {
                let mut builder = MicrosoftAzureBuilder::from_env();
                if unset("AZURE_TIMEOUT") {
                    builder = builder.with_config(AzureConfigKey::Client(timeout), TIMEOUT);
                }
                builder.with_url(origin(address)).with_retry(retry()).build().map(both)
            }
            Service::Http | Service::Hdfs => {
                let options = ClientOptions::new().with_allow_http(true);
                HttpBuilder::new()
                    .with_url(origin(address))
                    .with_client_options(options.with_config(timeout, TIMEOUT))
                    .with_retry(retry())
                    .build()
                    .map(|store| Connection { store: Arc::new(store), parts: None })
            }
        };
        made.map_err(|e| words(&e))
    }
}
