//! Blobs: reports, images, photographs, named by the SHA-256 of their bytes, in a
//! local folder or an S3-compatible store. Never touched inside a transaction.

use crate::value::hex;
use bytes::Bytes;
use kernel::{Fault, FaultKind};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as BlobPath;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig};
use sha2::{Digest as _, Sha256};
use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The largest blob: 64 MiB.
pub const BLOB_BYTES_MAX: usize = 64 << 20;

/// Where blobs live.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

/// An S3-compatible store.
#[derive(Debug, Clone)]
pub struct S3 {
    /// `https://…` of the service.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Region name, `us-east-1` when the service does not care.
    pub region: String,
    /// Access key id.
    pub key_id: String,
    /// Secret access key.
    pub secret: String,
}

/// A failing store is tried again so often before the caller is told.
const RETRIES_MAX: usize = 3;
/// And for so long at most: somebody waits for the answer.
const RETRY_SECONDS_MAX: u64 = 10;

fn fault(doing: &str, error: object_store::Error) -> Fault {
    let kind = if disk_full(&error) { FaultKind::Full } else { FaultKind::Broken };
    Fault::from_source(kind, doing, error)
}

/// Whether a full disk is at the bottom of an error.
fn disk_full(error: &(dyn StdError + 'static)) -> bool {
    let mut below = Some(error);
    while let Some(error) = below {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull) {
            return true;
        }
        below = error.source();
    }
    false
}

impl Blobs {
    /// A folder, created when missing.
    pub fn folder(path: &Path) -> Result<Self, Fault> {
        crate::durable::folder(path)
            .map_err(|error| Fault::from_source(FaultKind::Broken, format!("creating {}", path.display()), error))?;
        let store = LocalFileSystem::new_with_prefix(path)
            .map_err(|error| fault("opening the blob folder", error))?
            .with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// An S3-compatible store.
    pub fn s3(s3: &S3) -> Result<Self, Fault> {
        let store = AmazonS3Builder::new()
            .with_endpoint(&s3.endpoint)
            .with_allow_http(s3.endpoint.starts_with("http://"))
            .with_bucket_name(&s3.bucket)
            .with_region(&s3.region)
            .with_access_key_id(&s3.key_id)
            .with_secret_access_key(&s3.secret)
            .with_retry(RetryConfig {
                max_retries: RETRIES_MAX,
                retry_timeout: Duration::from_secs(RETRY_SECONDS_MAX),
                ..RetryConfig::default()
            })
            .build()
            .map_err(|error| fault("opening the blob store", error))?;
        Ok(Self { store: Arc::new(store) })
    }

    fn place(name: &str) -> BlobPath {
        BlobPath::from(format!("{}/{name}", name.get(..2).unwrap_or("xx")))
    }

    /// Keeps bytes and answers their name, 64 hex characters. Keeping the same
    /// bytes again changes nothing.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, Fault> {
        let name = hex(&Sha256::digest(&bytes));
        if bytes.len() > BLOB_BYTES_MAX {
            return Err(Fault::broken(format!("a blob of {} bytes is over the limit", bytes.len())));
        }
        let payload = PutPayload::from_bytes(Bytes::from(bytes));
        self.store.put(&Self::place(&name), payload).await.map_err(|error| fault("keeping a blob", error))?;
        Ok(name)
    }

    /// The bytes of a name; their digest is checked, so that a rotten blob is
    /// never served silently (D6).
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let answer = match self.store.get(&Self::place(name)).await {
            Ok(answer) => answer,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fault("reading a blob", error)),
        };
        let bytes = answer.bytes().await.map_err(|error| fault("reading a blob", error))?;
        if hex(&Sha256::digest(&bytes)) != name {
            return Err(Fault::broken(format!("blob {name} has other bytes than its name says")));
        }
        Ok(Some(bytes.to_vec()))
    }
}
