//! A place for protoc's output.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
};

use super::Error;

/// A folder of our own below the system's temporary one, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    pub(crate) fn create() -> Result<Self, Error> {
        let parent = env::temp_dir();
        // Creating a folder fails when the name is taken, be it by a link somebody laid there, so a
        // name that can be guessed does no harm.
        for attempt in 0..u32::MAX {
            let path = parent.join(format!("protoc-gen-rustrpc-{}-{attempt}", process::id()));
            match private_folder(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Error::io(format!("create the folder {}", path.display()))(error));
                }
            }
        }
        Err(Error::Usage(format!("{} has no room for one more folder", parent.display())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing depends on its absence, and there is nobody left to tell.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_distinct_and_vanish() {
        let (a, b) = (TemporaryFolder::create().unwrap(), TemporaryFolder::create().unwrap());
        assert_ne!(a.path(), b.path());
        fs::write(a.path().join("x"), "x").unwrap();
        let path = a.path().to_owned();
        drop(a);
        assert!(!path.exists());
        assert!(b.path().is_dir());
    }
}
