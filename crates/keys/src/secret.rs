//! Secrets in memory, wiped when dropped, and the one that everything is sealed
//! under: from a passphrase or a file, never from the database.

use crate::Refusal;
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Error, Fault, FaultKind};
use sha2::Sha256;
use std::fmt;
use std::path::Path;
use zeroize::{Zeroize as _, Zeroizing};

/// Bytes of a secret.
pub const SECRET_LEN: usize = 32;
/// Characters a passphrase must have.
pub const CHARS_MIN: usize = 20;
/// Bytes of a secret file at most.
const FILE_MAX: usize = 4_096;

/// Thirty-two bytes that are wiped when dropped and never shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; SECRET_LEN]>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Takes the bytes over and wipes where they came from.
    pub fn of(bytes: &mut [u8; SECRET_LEN]) -> Self {
        let secret = Self(Zeroizing::new(*bytes));
        bytes.zeroize();
        secret
    }

    /// The bytes, for the moment of use.
    pub fn bytes(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }

    /// Another secret under a label: HMAC-SHA-256(this, label).
    #[must_use]
    pub fn derive(&self, label: &[u8]) -> Self {
        // HMAC fills a key up to its block of 64 bytes with zeros; done here, no
        // length can be wrong.
        let mut block = Zeroizing::new([0u8; 64]);
        block[..SECRET_LEN].copy_from_slice(self.0.as_slice());
        let mut keyed = Hmac::<Sha256>::new((&*block).into());
        keyed.update(label);
        let mut bytes: [u8; SECRET_LEN] = keyed.finalize().into_bytes().into();
        Self::of(&mut bytes)
    }
}

/// What the operator gives: the text from which the sealing key is derived.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

impl Passphrase {
    /// A passphrase of at least [`CHARS_MIN`] characters, blanks at its ends aside.
    pub fn of(text: String) -> Result<Self, Error> {
        let text = Zeroizing::new(text);
        let trimmed = Zeroizing::new(text.trim().to_owned());
        if trimmed.chars().count() < CHARS_MIN {
            return Err(Refusal::SecretWeak.at("keys.secret"));
        }
        Ok(Self(trimmed))
    }

    /// Reads it from a file that only its owner can read.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        Self::of(std::mem::take(&mut *text_of(path)?))
    }

    /// The sealing key: Argon2id (19 MiB, two passes) over the text and the
    /// database's own salt. Takes tens of milliseconds.
    pub(crate) fn key(&self, salt: &[u8; 16]) -> Result<Secret, Fault> {
        let doing = "deriving the key that seals the keys";
        let params = Params::new(19 * 1_024, 2, 1, Some(SECRET_LEN))
            .map_err(|error| Fault::from_source(FaultKind::Broken, doing, error))?;
        let mut bytes = [0; SECRET_LEN];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, &mut bytes)
            .map_err(|error| Fault::from_source(FaultKind::Broken, doing, error))?;
        Ok(Secret::of(&mut bytes))
    }
}

/// The text of a file that only its owner can read, blanks at its ends aside.
pub fn text_of(path: &Path) -> Result<Zeroizing<String>, Error> {
    let doing = || format!("reading a secret from {}", path.display());
    let meta = std::fs::metadata(path).map_err(|error| Fault::from_source(FaultKind::Broken, doing(), error))?;
    if usize::try_from(meta.len()).is_ok_and(|len| len > FILE_MAX) {
        return Err(Fault::broken(format!("{} is longer than a secret", path.display())).into());
    }
    open_to_others(path, &meta)?;
    let text = std::fs::read_to_string(path).map_err(|error| Fault::from_source(FaultKind::Broken, doing(), error))?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(text.trim().to_owned()))
}

#[cfg(unix)]
fn open_to_others(path: &Path, meta: &std::fs::Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt as _;
    // The low six bits are what group and others may do.
    if meta.permissions().mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    Err(Fault::broken(format!("{} can be read by others: chmod 600 it", path.display())))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path, _: &std::fs::Metadata) -> Result<(), Fault> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_part_secrets() {
        let secret = Secret::of(&mut [7; SECRET_LEN]);
        assert_ne!(secret.derive(b"a").bytes(), secret.derive(b"b").bytes());
        assert_eq!(secret.derive(b"a").bytes(), secret.derive(b"a").bytes());
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn a_weak_passphrase_is_refused_and_a_salt_parts_databases() {
        assert_eq!(Passphrase::of("  short  ".into()).unwrap_err().code(), "keys.secret-weak");
        let good = Passphrase::of("twenty characters at least\n".into()).unwrap();
        let same = Passphrase::of("twenty characters at least".into()).unwrap();
        assert_eq!(good.key(&[1; 16]).unwrap().bytes(), same.key(&[1; 16]).unwrap().bytes());
        assert_ne!(good.key(&[1; 16]).unwrap().bytes(), good.key(&[2; 16]).unwrap().bytes());
        assert_eq!(format!("{good:?}"), "Passphrase");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_no_secret() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "a secret of the operator's own").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Passphrase::from_file(&path).unwrap_err().to_string().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Passphrase::from_file(&path).is_ok());
        assert!(Passphrase::from_file(&folder.path().join("none")).is_err());
    }
}
