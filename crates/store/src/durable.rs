//! Files and folders beside the database that must outlive a power cut: their bytes,
//! and their names, which only a sync of the folder keeps. What is in them is the
//! callers' matter.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The folder a path lies in; the current one for a bare name.
fn above(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Keeps the names in a folder: what was made, moved or removed in it so far.
pub fn names(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

/// Keeps the name of a file that was made, and of its neighbours.
pub fn names_beside(path: &Path) -> Result<()> {
    names(above(path))
}

/// Makes a folder and those above it that are missing, each with its name kept.
pub fn folder(path: &Path) -> Result<()> {
    if path.is_dir() || path.as_os_str().is_empty() {
        return Ok(());
    }
    folder(above(path))?;
    match DirBuilder::new().create(path) {
        // Somebody else was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    names_beside(path)
}

/// Writes a file with these permission bits: after a power cut it is as it was before,
/// or wholly as given, never empty or cut off. A file of that name is replaced.
pub fn file(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let name = path.file_name().ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
    let mut fresh_name = name.to_owned();
    fresh_name.push(".new");
    let fresh: PathBuf = path.with_file_name(fresh_name);
    // Left by a process that was cut off while it wrote.
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
    let done = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&fresh, path));
    if let Err(error) = done {
        // Only the fresh file is in the way; the old one still stands.
        let _ = std::fs::remove_file(&fresh);
        return Err(error);
    }
    names_beside(path)
}

/// Writes a file again as it is read, and syncs it; nothing to do when there is none.
/// After a sync that failed the cache may hold pages which are not on the platter and
/// which no later sync would write, since it takes them for written.
pub(crate) fn again(path: &Path) -> Result<()> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        let got = file.read_at(&mut buffer, at)?;
        if got == 0 {
            break;
        }
        file.write_all_at(&buffer[..got], at)?;
        at += got as u64;
    }
    if at > 0 { file.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_nothing_stays_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/secret");
        folder(above(&path)).unwrap();
        folder(above(&path)).unwrap();
        std::fs::write(path.with_file_name("secret.new"), "half").unwrap();
        file(&path, b"one", 0o600).unwrap();
        file(&path, b"two", 0o600).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(above(&path)).unwrap().count(), 1);
    }

    #[test]
    fn a_file_written_again_is_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log");
        again(&path).unwrap();
        assert!(!path.exists(), "none is made");
        let bytes: Vec<u8> = (0..3_000_001_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        std::fs::write(&path, &bytes).unwrap();
        again(&path).unwrap();
        assert!(std::fs::read(&path).unwrap() == bytes, "other bytes");
    }

    #[test]
    fn a_file_in_the_way_of_a_folder_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("taken");
        std::fs::write(&path, "").unwrap();
        assert!(folder(&path).is_err());
        assert!(folder(&path.join("below")).is_err());
        assert!(file(&path.join("below"), b"", 0o600).is_err());
    }
}
